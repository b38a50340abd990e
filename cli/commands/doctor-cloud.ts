import type { Command } from 'commander';
import type { MessageCallback } from '../../connectors/vod/index.ts';
import { shown } from '../../schemas/shown.ts';
import { callbackUrlOf } from '../endpoints.ts';
import { type Configuration, readConfiguration } from '../environment.ts';
import { CommandFault, exitCode } from '../exit.ts';
import type { Finding } from '../finding.ts';

export function addDoctorCloud(doctor: Command): void {
  doctor
    .command('cloud')
    .description(
      'check the account: credentials, clock, endpoints, callback configuration; send a test event through the queue or each callback URL',
    )
    .option('--no-event', 'send no test events')
    .action(async ({ event }: { event: boolean }) => {
      const wrong = (await findingsOf(readConfiguration(), event)).filter(print);
      if (wrong.length > 0)
        throw new CommandFault(`${wrong.length} of it is not as it must be (above)`, exitCode.unavailable);
    });
}

async function findingsOf(configuration: Configuration, withEvent: boolean): Promise<readonly Finding[]> {
  const { settings, callbacks, recording } = configuration;
  const { checkCredentials, checkDoor, checkMessageCallback, checkRecording } = await import('../cloud-check.ts');
  const { checkLiveCallbacks } = await import('../live-callback-check.ts');
  const { cloudsOf, credentialsOf } = await import('../roles/cloud.ts');
  const { publicEndpoint } = await import('../../connectors/vod/index.ts');
  const { callbackEndpointsOf } = await import('../callback-endpoints.ts');
  const { checkQueues } = await import('../queue-check.ts');
  const { queueReadOf } = await import('../callback-way.ts');
  const provider = credentialsOf(settings);
  const credentials = await checkCredentials(provider);
  let callback: MessageCallback | null = null;
  const doors = await Promise.all([
    checkDoor('VOD', 'VOD_ENDPOINT', settings.VOD_ENDPOINT ?? publicEndpoint(settings.VOD_REGION)),
    checkDoor('Live', 'LIVE_ENDPOINT', settings.LIVE_ENDPOINT ?? 'https://live.aliyuncs.com'),
  ]);
  const findings = [credentials, ...doors.flat(), keysFinding(configuration)];
  const clouds = cloudsOf(settings);
  try {
    if (credentials.remedy === undefined) {
      const cloud = clouds.of(null);
      const expected = {
        url: callbackUrlOf(settings),
        keys: settings.VOD_CALLBACK_KEYS?.split(',') ?? [],
        unsigned: settings.VOD_CALLBACK_AUTH === 'off',
        ...{ queues: callbacks.queues, wanted: recording.callback },
      };
      const checked = await checkMessageCallback(cloud, expected);
      callback = checked.callback;
      findings.push(...checked.findings, ...(await checkQueues(callbacks.queues, provider)));
      const domains = [...new Set(recording.configs.map(({ domainName }) => domainName))];
      findings.push(...(await checkRecording(cloud, domains)));
      const endpoints = callbacks.endpoints.filter(({ kind }) => kind === 'live');
      const live = { endpoints, wanted: recording.liveCallbacks, recorded: domains };
      findings.push(...(await checkLiveCallbacks(cloud, live)));
    }
  } finally {
    clouds.close();
  }
  if (!withEvent) return findings;
  const { checkEvent, checkQueueEvent } = await import('../event-check.ts');
  // By the way that the cloud's events take; what arrives by another says nothing of it.
  const way = callback?.callbackType ?? (recording.callback?.mns === undefined ? 'HTTP' : 'MNS');
  if (way === 'MNS') {
    const queue = callback === null ? undefined : queueReadOf(callback, callbacks.queues);
    const why = 'not tested: it is not known here which queue that is (above)';
    if (queue !== undefined) findings.push(await checkQueueEvent(settings, queue, provider));
    else findings.push({ what: 'an event put into the queue that the cloud writes to is in Kafka', why });
  } else {
    const endpoints = callbacks.endpoints.filter(({ kind }) => kind === 'vod');
    const [endpoint] = callbackEndpointsOf(settings, { endpoints });
    if (endpoint) findings.push(await checkEvent(settings, endpoint));
  }
  for (const endpoint of callbacks.endpoints.filter(({ kind }) => kind === 'live'))
    findings.push(await checkEvent(settings, endpoint));
  return findings;
}

/** Up to 32 characters with upper case, lower case and digits (cloud facts 2). */
const acceptedKey = /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{1,32}$/;

function keysFinding({ settings, callbacks }: Configuration): Finding {
  const what = 'a callback key that the cloud takes';
  const [first] = settings.VOD_CALLBACK_KEYS?.split(',') ?? [];
  if (first !== undefined && acceptedKey.test(first)) return { what };
  if (settings.VOD_CALLBACK_AUTH === 'off')
    return { what: 'callbacks are taken without a signature (VOD_CALLBACK_AUTH)' };
  if (first === undefined && callbacks.endpoints.length + callbacks.queues.length > 0)
    return { what: 'callback keys stand in the file' };
  const why = first === undefined ? 'VOD_CALLBACK_KEYS is not set' : 'the first of VOD_CALLBACK_KEYS is none';
  return { what, why, remedy: 'set a key of at most 32 characters with upper case, lower case and digits' };
}

/** Whether it is wrong. */
function print({ what, why, remedy }: Finding): boolean {
  const sign = remedy !== undefined ? 'FAIL' : why !== undefined ? 'warn' : 'ok  ';
  console.log(shown(`  ${sign}  ${what}${why === undefined ? '' : `: ${why}`}`));
  if (remedy !== undefined) console.log(shown(`        → ${remedy}`));
  return remedy !== undefined;
}
