import type { Command } from 'commander';
import { askConsole } from '../console-request.ts';

type Options = {
  readonly from: number | string;
  readonly to: number | string;
  readonly title?: string;
  readonly templateGroup?: string;
  readonly key?: string;
  readonly console?: string;
};

type Answer = {
  readonly token: string;
  readonly state: string;
  /** Absent where the console is of an earlier release. */
  readonly videoId?: string | null;
  readonly from: number;
  readonly to: number;
  readonly parts: readonly {
    readonly videoId: string;
    readonly inSeconds: number;
    readonly outSeconds: number | null;
  }[];
  readonly gaps: readonly { readonly startTime: number; readonly endTime: number }[];
  readonly spareSeconds: number;
};

/** Seconds as a number; anything else is for the console to judge. */
const momentOf = (text: string) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);
const timeText = (ms: number) => new Date(ms).toISOString();

export function addClip(program: Command): void {
  program
    .command('clip')
    .description('have a clip cut out of a session by time (through the console, CONSOLE_TOKEN)')
    .argument('<sessionId>')
    .requiredOption('--from <moment>', 'seconds since the session began, or a time as ISO 8601', momentOf)
    .requiredOption('--to <moment>', 'seconds since the session began, or a time as ISO 8601', momentOf)
    .option('--title <text>', "title of the clip's video (default: the stream's name)")
    .option('--template-group <id>', 'template group to transcode the clip with (default: it is left as it is)')
    .option('--key <key>', 'idempotency key: makes another clip of the same cut')
    .option('--console <url>', 'address of the console (default: the local one)')
    .action(async (sessionId: string, { from, to, title, templateGroup, key, console: address }: Options) => {
      const path = `/api/sessions/${encodeURIComponent(sessionId)}/clips`;
      const body = { from, to, title, templateGroupId: templateGroup, idempotencyKey: key };
      const clip = await askConsole<Answer>(path, body, address);
      console.log(`asked for: ${timeText(clip.from)} to ${timeText(clip.to)}, clip ${clip.token} (${clip.state})`);
      if (clip.videoId) console.log(`  its video: ${clip.videoId}`);
      for (const part of clip.parts)
        console.log(
          `  ${part.videoId} from ${part.inSeconds} s to ${part.outSeconds === null ? 'its end' : `${part.outSeconds} s`}`,
        );
      for (const gap of clip.gaps)
        console.log(`  not recorded, left out: ${timeText(gap.startTime)} to ${timeText(gap.endTime)}`);
      if (clip.spareSeconds > 0)
        console.log(`  the stream paused within a file: up to ${clip.spareSeconds} s more at either end`);
    });
}
