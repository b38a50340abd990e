import {
  type CredentialsProvider,
  cloudClient,
  defaultCredentials,
  fixedCredentials,
  type VodCloud,
} from '../../connectors/vod/index.ts';
import type { Metrics } from '../../platform/telemetry/index.ts';
import type { cloudSettings, credentialSettings } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';

/** The cloud of the settings: their region and endpoints, their credentials or else the SDK's default chain. */
export function cloudOf(settings: Pick<Settings, (typeof cloudSettings)[number]>, metrics?: Metrics): VodCloud {
  return cloudClient({
    vodEndpoint: settings.VOD_ENDPOINT ?? `https://vod.${settings.VOD_REGION}.aliyuncs.com`,
    liveEndpoint: settings.LIVE_ENDPOINT ?? 'https://live.aliyuncs.com',
    credentials: credentialsOf(settings),
    onCall: (action, result, seconds) => {
      metrics?.count('live2vod_cloud_calls_total', { action, result });
      metrics?.observe('live2vod_cloud_call_seconds', { action }, seconds);
    },
  });
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
