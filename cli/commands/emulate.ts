import { type Command, InvalidArgumentError } from 'commander';
import { counted } from '../../platform/counted.ts';
import { isRegionName } from '../../schemas/region.ts';
import { readConfiguration } from '../environment.ts';
import { namingPort } from '../exit.ts';
import { aborted, stopSignal } from '../stopping.ts';

function numberOf(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number, 0 or more');
  return value;
}

type EmulateOptions = {
  readonly seed: number;
  readonly shows: number;
  readonly host?: string;
  readonly regions: readonly string[];
  readonly playUrl?: string;
};

function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('an address such as http://127.0.0.1:8090/cdn');
}

function regionsOf(text: string): readonly string[] {
  const regions = text.split(',');
  if (regions.every(isRegionName)) return regions;
  throw new InvalidArgumentError('region ids, comma separated, such as ap-southeast-1');
}

export function addEmulate(program: Command): void {
  program
    .command('emulate')
    .description('an ApsaraVideo cloud on localhost (docs/emulator.md), until Ctrl-C')
    .option('--seed <n>', 'what is random follows from it', numberOf, 1)
    .option('--shows <n>', 'shows of each practice to play at once; 0: none, the control API starts them', numberOf, 0)
    .option(
      '--host <address>',
      'where it listens; anybody who reaches it can play the cloud (default: a loopback address)',
    )
    .option(
      '--regions <regions>',
      'further regions, comma separated, each at the next port; every endpoint then answers for its own region alone',
      regionsOf,
      [],
    )
    .option(
      '--play-url <address>',
      'what play addresses begin with, where players reach it by another name (default: its own address and /cdn)',
      urlOf,
    )
    .action(async ({ seed, shows, host, regions, playUrl }: EmulateOptions) => {
      const { startEmulator } = await import('../../emulator/index.ts');
      const { settings, callbacks } = readConfiguration();
      const live = callbacks.endpoints.find(({ kind }) => kind === 'live');
      const signal = stopSignal();
      const {
        ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: securityToken,
      } = settings;
      const emulator = await startEmulator({
        host: host ?? settings.LIVE2VOD_BIND,
        port: settings.EMULATOR_PORT,
        homeRegion: settings.VOD_REGION,
        regionPorts: Object.fromEntries(regions.map((region, n) => [region, settings.EMULATOR_PORT + 1 + n])),
        ...(playUrl === undefined ? {} : { playUrl }),
        seed,
        callbackUrl: settings.VOD_CALLBACK_URL ?? null,
        callbackKey: settings.VOD_CALLBACK_KEYS?.split(',')[0] ?? null,
        liveCallbackUrl: live?.url ?? null,
        liveCallbackKey: live?.keys[0] ?? null,
        ...(accessKeyId !== undefined && accessKeySecret !== undefined
          ? {
              accessKeys: [{ accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }],
            }
          : {}),
      }).catch(namingPort('EMULATOR_PORT'));
      console.log(`the emulated cloud answers at ${emulator.url}; its control API is under ${emulator.url}/_emulator/`);
      const others = Object.entries(emulator.regionUrls).map(([region, url]) => `${region}=${url}`);
      if (others.length > 0) console.log(`further regions: VOD_REGION_ENDPOINTS=${others.join(',')}`);
      if (shows > 0) {
        const { videos, sessions, callbacks } = emulator.play({ shows });
        console.log(
          `playing ${counted(sessions, 'session')} with ${counted(videos, 'video')}, ${counted(callbacks, 'callback')}`,
        );
      }
      await aborted(signal);
      await emulator.stop();
    });
}
