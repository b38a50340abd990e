import { Waits } from '../../platform/waits.ts';
import { runMnsSource } from '../../services/intake/mns/index.ts';
import { kafkaSettingsOf, queueEndpointOf } from '../endpoints.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { credentialsOf } from './cloud.ts';
import type { Role } from './context.ts';

/** Callbacks from the cloud's queues, deleted there only once Kafka has them. */
export const mns: Role<'mns'> = async ({
  configuration,
  topic,
  log,
  metrics,
  platform,
  signal,
  tracing,
  waitingFor,
}) => {
  const { settings, callbacks } = configuration;
  if (callbacks.queues.length === 0) {
    throw new CommandFault('no queue: name one under callbacks.queues of live2vod.yaml', exitCode.configuration);
  }
  const provider = credentialsOf(settings);
  const credentials = await provider.getCredentials();
  const waits = new Waits(waitingFor);
  // One queue that fails takes the others down with it: the supervisor starts all again.
  const together = new AbortController();
  const either = AbortSignal.any([signal, together.signal]);
  await Promise.all(
    callbacks.queues.map((queue) =>
      runMnsSource({
        endpoint: queueEndpointOf(queue),
        queue: queue.queue,
        region: queue.region,
        credentials,
        ...(credentials.securityToken === undefined
          ? {}
          : { refreshCredentials: async () => ({ securityToken: '', ...(await provider.getCredentials()) }) }),
        kafka: kafkaSettingsOf(settings, `mns-${queue.queue}`),
        topics: topic,
        clock: platform,
        random: () => platform.random(),
        log: log.child({ queue: queue.queue }),
        metrics,
        signal: either,
        tracing,
        onWaitingFor: namingQueue(queue.queue, waits.part(queue.queue)),
      }).finally(() => together.abort()),
    ),
  );
};

const namingQueue = (queue: string, tell: (what: string | null) => void) => (what: string | null) =>
  tell(what === null ? null : `${queue}: ${what}`);
