/** Every role by `up`, on one configuration, beside the emulated cloud. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually } from '../support/eventually.ts';
import { command, type Environment, type ownSettings } from './command.ts';

/** How the emulated cloud signs its callbacks. */
export const signing = { callbackUrl: 'https://ingress.example.com/callbacks/vod', callbackKey: 'Abc123Def456' };

/** Of the emulator's account, with topics of their own; writes `configuration` where they say that it is. */
export function settingsBeside(
  emulator: { readonly url: string },
  own: Awaited<ReturnType<typeof ownSettings>>,
  configuration: Readonly<Record<string, unknown>>,
) {
  const file = join(own.LIVE2VOD_HOME, 'live2vod.yaml');
  writeFileSync(file, stringify(configuration));
  return {
    ...own,
    ...{ LIVE2VOD_CONFIG: file, LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '1' },
    ...{ LOG_LEVEL: 'error', VOD_CALLBACK_URL: signing.callbackUrl, VOD_CALLBACK_KEYS: signing.callbackKey },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    ...{ VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
  };
}

/** `up`, once its console answers; `console` is the console's address. */
export async function upWith(settings: Environment & { readonly CONSOLE_PORT: string }) {
  const up = command(['up'], settings);
  await up.said(/ready: console/);
  const console = `http://127.0.0.1:${settings.CONSOLE_PORT}`;
  await eventually(async () => (await fetch(`${console}/readyz`)).ok, { timeoutMs: 90_000 });
  return { up, console };
}
