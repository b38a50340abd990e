/** What `doctor cloud` asks of Live's own record callbacks: whether the cloud sends what the ingress takes. */
import type { RecordNotifyConfig, VodCloud } from '../connectors/vod/index.ts';
import type { WantedLiveCallback } from '../services/recording/wanted.ts';
import { refusal } from './cloud-check.ts';
import type { Finding } from './finding.ts';

export type ExpectedLive = {
  /** Of `callbacks.endpoints`, those of kind live. */
  readonly endpoints: readonly { readonly url: string; readonly keys: readonly string[] }[];
  /** `recording.liveCallbacks`. */
  readonly wanted: readonly WantedLiveCallback[];
  /** Domains of `recording.configs`: those asked about where the file wants nothing by name. */
  readonly recorded: readonly string[];
};

const apply = './live2vod record-config apply with recording.liveCallbacks in the file';

/** Nothing is asked where the file has no endpoint for them and wants none. No key is shown. */
export async function checkLiveCallbacks(
  cloud: Pick<VodCloud, 'describeLiveRecordNotifyConfig'>,
  { endpoints, wanted, recorded }: ExpectedLive,
): Promise<readonly Finding[]> {
  if (endpoints.length === 0 && wanted.length === 0) return [];
  const ofDomain = new Map(wanted.map((one) => [one.domain, one]));
  const findings: Finding[] = [];
  for (const domainName of wanted.length > 0 ? ofDomain.keys() : new Set(recorded)) {
    try {
      const found = await cloud.describeLiveRecordNotifyConfig({ domainName });
      findings.push(...findingsOf(domainName, found, ofDomain.get(domainName) ?? null, endpoints));
    } catch (error) {
      const what = `Live's own record callbacks of ${domainName} can be read (DescribeLiveRecordNotifyConfig)`;
      findings.push(refusal(what, error));
    }
  }
  return findings;
}

function findingsOf(
  domain: string,
  found: RecordNotifyConfig | null,
  wanted: WantedLiveCallback | null,
  endpoints: ExpectedLive['endpoints'],
): readonly Finding[] {
  const what = `Live's own record callbacks of ${domain}`;
  if (wanted?.url === 'none')
    return found === null
      ? [{ what: `${what}: none, as the file says` }]
      : [
          {
            what: `${what} go to ${found.notifyUrl ?? 'no address'}`,
            why: 'the file wants none',
            remedy: `delete it: ${apply}`,
          },
        ];
  if (found === null || found.notifyUrl === null)
    return [{ what: `${what} are configured`, why: 'nothing is set', remedy: `set it: ${apply}` }];
  const target = `${what} go to ${found.notifyUrl}`;
  const endpoint = endpoints.find(({ url }) => url === found.notifyUrl);
  if (wanted !== null && wanted.url !== found.notifyUrl)
    return [{ what: target, why: `the file wants ${wanted.url}`, remedy: `set it: ${apply}` }];
  if (endpoint === undefined)
    return [
      {
        ...{ what: target, why: 'which no endpoint of kind live has' },
        remedy: `name it under callbacks.endpoints, or set another: ${apply}`,
      },
    ];
  return [{ what: target }, signedFinding(what, found, endpoint.keys), statusFinding(what, found, wanted)];
}

function signedFinding(of: string, found: RecordNotifyConfig, keys: readonly string[]): Finding {
  const what = `${of} are signed with a key of their endpoint`;
  if (!found.notifyReqAuth)
    return {
      ...{ what, why: 'the cloud signs nothing (NotifyReqAuth is off), so all are refused' },
      remedy: `switch it on: ${apply}`,
    };
  if (found.notifyAuthKey !== null && keys.includes(found.notifyAuthKey)) return { what };
  return {
    ...{ what, why: 'the cloud has another key' },
    remedy: `add the key of the console to the endpoint's keys, or set ours at the cloud: ${apply}`,
  };
}

function statusFinding(of: string, found: RecordNotifyConfig, wanted: WantedLiveCallback | null): Finding {
  const what = `${of} tell of starts and pauses`;
  if (found.needStatusNotify) return { what };
  if (wanted?.status === false) return { what: `${of} tell of files alone, as the file says` };
  return { what, why: 'of files alone (NeedStatusNotify is off)', remedy: `switch it on: ${apply}` };
}
