/** Asks each queue of the file whether it is there, and sends an event through the one that the cloud writes to. */
import type { CredentialsProvider } from '../connectors/vod/index.ts';
import type { CallbackSources } from '../schemas/sources.ts';
import { refusal } from './cloud-check.ts';
import { queueEndpointOf } from './endpoints.ts';
import type { Finding } from './finding.ts';

type ReadQueue = CallbackSources['queues'][number];

async function probeOf(queue: ReadQueue, provider: CredentialsProvider) {
  const { queueProbe } = await import('../connectors/mns/index.ts');
  const credentials = await provider.getCredentials();
  return queueProbe({ endpoint: queueEndpointOf(queue), queue: queue.queue, credentials });
}

/** Whether the queues that the role `mns` reads exist, asked where it reads them. */
export function checkQueues(queues: readonly ReadQueue[], provider: CredentialsProvider): Promise<Finding[]> {
  return Promise.all(
    queues.map(async (queue) => {
      const what = `the queue ${queue.queue} is there, at ${queueEndpointOf(queue)} (GetQueueAttributes)`;
      try {
        await (await probeOf(queue, provider)).look();
        return { what };
      } catch (error) {
        return refusal(what, error);
      }
    }),
  );
}

/**
 * Puts an event into the queue.
 * @returns null where the queue took it; else the finding, without a remedy where it may only not be tried
 */
export async function sendThroughQueue(
  queue: ReadQueue,
  provider: CredentialsProvider,
  body: string,
  what: string,
): Promise<Finding | null> {
  try {
    await (await probeOf(queue, provider)).send(body);
    return null;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'AccessDenied') return refusal(what, error);
    const why = 'not tested: these credentials may not write to it (mns:SendMessage, deploy/ram/doctor.json)';
    return { what, why };
  }
}
