import {
  type CredentialsProvider,
  defaultCredentials,
  fixedCredentials,
  publicEndpoint,
  type RegionalClouds,
  regionalClouds,
} from '../../connectors/vod/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { readPerRegion } from '../../schemas/region.ts';
import type { cloudSettings, credentialSettings } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';

/** One line about odd rows of an action in so long: one that stays odd is met with every question. */
const toldEveryMs = 60_000;

/** The clouds of the settings: their regions and endpoints, their credentials or else the SDK's default chain. */
export function cloudsOf(
  settings: Pick<Settings, (typeof cloudSettings)[number]>,
  { metrics, log, timeoutMs }: { readonly metrics?: Metrics; readonly log?: Logger; readonly timeoutMs?: number } = {},
): RegionalClouds {
  const { VOD_REGION: home, VOD_ENDPOINT: homeEndpoint, VOD_REGION_ENDPOINTS: others } = settings;
  const toldAtMs = new Map<string, number>();
  return regionalClouds({
    home,
    endpoints: new Map([...perRegion(others), [home, homeEndpoint ?? publicEndpoint(home)]]),
    liveEndpoint: settings.LIVE_ENDPOINT ?? 'https://live.aliyuncs.com',
    credentials: credentialsOf(settings),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onCall: (action, result, seconds) => {
      metrics?.count('live2vod_cloud_calls_total', { action, result });
      metrics?.observe('live2vod_cloud_call_seconds', { action }, seconds);
    },
    onOddRows: (action, odd) => {
      metrics?.count('live2vod_cloud_odd_rows_total', { action }, odd.length);
      const nowMs = systemClock.monotonicMs();
      if (nowMs - (toldAtMs.get(action) ?? Number.NEGATIVE_INFINITY) < toldEveryMs) return;
      toldAtMs.set(action, nowMs);
      log?.warn({ action, rows: odd.slice(0, 5) }, 'rows of an answer can not be read; the others are taken');
    },
  });
}

/** A value per region, of a setting that was found good. */
export function perRegion(setting: string | undefined): ReadonlyMap<string, string> {
  return (setting === undefined ? null : readPerRegion(setting)) ?? new Map();
}

/** The settings' own credentials, or else the SDK's default chain. */
export function credentialsOf(settings: Pick<Settings, (typeof credentialSettings)[number]>): CredentialsProvider {
  const {
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
  } = settings;
  if (accessKeyId === undefined || accessKeySecret === undefined) return defaultCredentials();
  return fixedCredentials({ accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) });
}
