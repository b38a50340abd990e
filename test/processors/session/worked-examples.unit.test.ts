/**
 * Worked examples: what was recorded, when one looks, and what one then sees. All on one day, times are those of the
 * stream. `(3 min)` between two segments is a gap; `=>` leads to the composed videos; words in brackets are flags.
 */
import { describe, expect, it } from 'vitest';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { composed, minuteMs, type PolicyChange, policy, StreamUnderTest, segment, startMs } from './stream.ts';

type Example = {
  readonly says: string;
  /** Cycles of 30 minutes, 3 minutes of disconnect delay, 5 of grace, the cloud composes: unless said here. */
  readonly policy?: PolicyChange;
  readonly given: readonly string[];
  readonly when: string;
  readonly sees: readonly string[];
};

const hour = { recording: { cycleSeconds: 3600 } };
const twenty = { recording: { cycleSeconds: 1200 } };
const notComposed = { composed: { compose: 'none' as const } };

const examples: Readonly<Record<string, readonly Example[]>> = {
  'The flows of live to VOD': [
    {
      says: 'A 3-hour show with a 1-hour cycle is watchable an hour at a time',
      policy: { ...hour, ...notComposed },
      given: ['10:00-11:00 segment a TRANSCODED', '11:00-12:00 segment b RECORDED'],
      when: '12:10',
      sees: ['10:00-... RECORDING: a b'],
    },
    {
      says: 'A 1-hour show with a 20-minute cycle gives three videos, and they are one session',
      policy: { ...twenty, ...notComposed },
      given: ['10:00-10:20 segment a', '10:20-10:40 segment b', '10:40-11:00 segment c'],
      when: '11:28',
      sees: ['10:00-11:00 ENDED: a b c'],
    },
    {
      says: 'Practice 1: all segments transcoded by the cloud, nothing composed: the session is ready',
      policy: notComposed,
      given: ['10:00-10:30 segment a TRANSCODED', '10:30-10:38 segment b TRANSCODED'],
      when: '10:41',
      sees: ['10:00-10:38 READY: a b'],
    },
    {
      says: 'Practice 2: stored only, it waits as ENDED until somebody starts a transcode',
      policy: notComposed,
      given: ['10:00-10:08 segment a SOURCE_READY'],
      when: '20:00',
      sees: ['10:00-10:08 ENDED: a'],
    },
    {
      says: 'Practice 2: once a transcode has begun it is TRANSCODING until all of its segments are through',
      policy: notComposed,
      given: ['10:00-10:30 segment a TRANSCODED', '10:30-10:38 segment b SOURCE_READY'],
      when: '11:00',
      sees: ['10:00-10:38 TRANSCODING: a b'],
    },
    {
      says: 'Practice 3a: the stream ends and the cloud composes the cycles into a new video',
      policy: twenty,
      given: ['10:00-10:20 segment a', '10:20-10:40 segment b', '10:40-10:50 segment c', '10:53:10 composed new'],
      when: '10:54',
      sees: ['10:00-10:50 COMPOSING: a b c => new'],
    },
    {
      says: 'Practice 3b: FileUploadComplete of the composed video: its source is ready for what the user wants to do',
      given: ['10:00-10:08 segment a', '10:11:10 composed new SOURCE_READY'],
      when: '10:20',
      sees: ['10:00-10:08 COMPOSED: a => new'],
    },
    {
      says: 'Practice 3b: the transcode by hand runs, then is through',
      given: ['10:00-10:08 segment a', '10:11:10 composed new TRANSCODED'],
      when: '10:30',
      sees: ['10:00-10:08 READY: a => new'],
    },
    {
      says: 'A re-push within 180 s continues the same recording',
      given: ['10:00-10:30 segment a', '10:33-10:40 segment b'],
      when: '10:43',
      sees: ['10:00-10:40 ENDED: a (3 min) b'],
    },
    {
      says: 'A re-push after that is a second recording',
      given: ['10:00-10:08 segment a', '10:11:01-10:20 segment b'],
      when: '10:23',
      sees: ['10:00-10:08 ENDED: a', '10:11:01-10:20 ENDED: b'],
    },
  ],
  'The end of a session': [
    {
      says: 'A short last segment: over three minutes after its end',
      given: ['10:00-10:38 segment a'],
      policy: hour,
      when: '10:41',
      sees: ['10:00-10:38 ENDED: a'],
    },
    {
      says: 'A full last segment says nothing: the next one would be heard of a cycle later',
      given: ['10:00-10:30 segment a'],
      when: '11:07:59',
      sees: ['10:00-... RECORDING: a'],
    },
    {
      says: 'A full last segment and silence: over after a cycle, the delay and the grace',
      given: ['10:00-10:30 segment a'],
      when: '11:08',
      sees: ['10:00-10:30 ENDED: a'],
    },
    {
      says: 'A stop by command: composing starts at once and ends the session',
      given: ['10:00-10:30 segment a', '10:30:04 composed new'],
      when: '10:31',
      sees: ['10:00-10:30 COMPOSING: a => new'],
    },
    {
      says: 'Stopped by command while yesterday’s session was never composed: it is not yesterday’s',
      given: ['00:00-00:08 segment old', '10:00-10:08 segment a', '10:08:05 composed new'],
      when: '10:09',
      sees: ['00:00-00:08 ENDED: old [composeMissing]', '10:00-10:08 COMPOSING: a => new'],
    },
    {
      says: 'A re-push one second over the delay, just before composing starts: it is the first part that is composed',
      given: ['10:00-10:08 segment a', '10:11:01-10:20 segment b', '10:11:05 composed new'],
      when: '10:12',
      sees: ['10:00-10:08 COMPOSING: a => new', '10:11:01-... RECORDING: b'],
    },
    {
      says: 'Several sessions a day, each with its own composed video, whatever the order of the news',
      given: [
        '18:11:10 composed evening',
        '10:00-10:08 segment a',
        '18:00-18:08 segment b',
        '10:11:10 composed morning TRANSCODED',
      ],
      when: '18:12',
      sees: ['10:00-10:08 READY: a => morning', '18:00-18:08 COMPOSING: b => evening'],
    },
  ],
  'What goes wrong': [
    {
      says: 'The composed video is known before any segment: nothing to show yet',
      given: ['10:11:10 composed new'],
      when: '10:12',
      sees: [],
    },
    {
      says: 'A segment comes late and joins two sessions',
      given: ['10:00-10:30 segment a', '11:00-11:08 segment c', '10:30-11:00 segment b'],
      when: '11:11',
      sees: ['10:00-11:08 ENDED: a b c', '11:00-11:08 MERGED into 10:00'],
    },
    {
      says: 'The first segment comes last: the session has an earlier start, the old id leads to it',
      given: ['10:30-10:38 segment b', '10:00-10:30 segment a'],
      when: '10:41',
      sees: ['10:00-10:38 ENDED: a b', '10:30-10:38 MERGED into 10:00'],
    },
    {
      says: 'Composing never starts: a mark, and PARTIAL because the segments can be played',
      given: ['10:00-10:08 segment a TRANSCODED'],
      when: '10:41',
      sees: ['10:00-10:08 PARTIAL: a [composeMissing]'],
    },
    {
      says: 'Composing never starts and nothing was transcoded: ENDED, with the mark',
      given: ['10:00-10:08 segment a SOURCE_READY'],
      when: '12:00',
      sees: ['10:00-10:08 ENDED: a [composeMissing]'],
    },
    {
      says: 'The compose start was lost; the reconciler supplies it an hour later',
      given: ['10:00-10:08 segment a', 'at 11:15', '10:11:10 composed new SOURCE_READY'],
      when: '11:16',
      sees: ['10:00-10:08 COMPOSED: a => new'],
    },
    {
      says: 'Composing failed, the segments can be played',
      given: ['10:00-10:08 segment a TRANSCODED', '10:11:10 composed new FAILED'],
      when: '10:12',
      sees: ['10:00-10:08 PARTIAL: a => new'],
    },
    {
      says: 'Composing failed and nothing can be played',
      given: ['10:00-10:08 segment a', '10:11:10 composed new FAILED'],
      when: '10:12',
      sees: ['10:00-10:08 FAILED: a => new'],
    },
    {
      says: 'One of two segments failed',
      policy: notComposed,
      given: ['10:00-10:30 segment a TRANSCODED', '10:30-10:38 segment b FAILED'],
      when: '10:41',
      sees: ['10:00-10:38 PARTIAL: a b'],
    },
    {
      says: 'One of two segments was deleted afterwards',
      policy: notComposed,
      given: ['10:00-10:30 segment a TRANSCODED', '10:30-10:38 segment b DELETED'],
      when: '10:41',
      sees: ['10:00-10:38 PARTIAL: a b'],
    },
    {
      says: 'Every segment failed or was deleted',
      policy: notComposed,
      given: ['10:00-10:30 segment a FAILED', '10:30-10:38 segment b DELETED'],
      when: '10:41',
      sees: ['10:00-10:38 FAILED: a b'],
    },
    {
      says: 'Segments deleted after composing: the composed video counts',
      given: ['10:00-10:08 segment a DELETED', '10:11:10 composed new TRANSCODED'],
      when: '10:30',
      sees: ['10:00-10:08 READY: a => new'],
    },
    {
      says: 'Two recordings of one stream overlap: one session, and a mark',
      given: ['10:00-10:30 segment a', '10:20-10:38 segment b'],
      when: '10:41',
      sees: ['10:00-10:38 ENDED: a b [overlapping]'],
    },
  ],
  'Several record formats': [
    {
      says: 'Two files per cycle are neither an overlap nor two cycles, and each format is composed',
      given: [
        '10:00-10:30 segment a mp4',
        '10:00-10:30 segment A m3u8',
        '10:30-10:38 segment b mp4',
        '10:30-10:38 segment B m3u8',
        '10:41:10 composed new mp4 TRANSCODED',
        '10:41:12 composed NEW m3u8 SOURCE_READY',
      ],
      when: '10:50',
      sees: ['10:00-10:38 COMPOSED: A a B b => new NEW'],
    },
    {
      says: 'One format through, the other failed',
      given: [
        '10:00-10:08 segment a mp4',
        '10:00-10:08 segment A m3u8',
        '10:11:10 composed new mp4 TRANSCODED',
        '10:11:12 composed NEW m3u8 FAILED',
      ],
      when: '10:50',
      sees: ['10:00-10:08 PARTIAL: A a => new NEW'],
    },
  ],
};

for (const [chapter, rows] of Object.entries(examples)) {
  describe(chapter, () => {
    it.each(rows)('$says', (example) => {
      const live = new StreamUnderTest({ policy: policy(example.policy) });
      for (const line of example.given) {
        const [first = '', second = ''] = line.split(' ');
        if (first === 'at') live.passTo(minuteOf(second));
        else live.hear(factOf(line));
      }
      live.passTo(minuteOf(example.when));
      expect([...live.sessions.values()].sort((a, b) => a.startTime - b.startTime).map(shown)).toEqual(example.sees);
    });
  });
}

/** `10:00-10:30 segment a mp4 TRANSCODED` or `10:41:10 composed c mp4 SOURCE_READY`; the last two words may be missing. */
function factOf(line: string): StreamFact {
  const [time = '', kind, videoId = '', ...rest] = line.split(' ');
  const [from = '', to = ''] = time.split('-');
  const status = rest.find((word) => word === word.toUpperCase()) as StreamFact['status'] | undefined;
  const format = rest.find((word) => word !== word.toUpperCase()) ?? null;
  const change = { format, ...(status && { status }) };
  return kind === 'segment'
    ? segment(videoId, minuteOf(from), minuteOf(to), change)
    : composed(videoId, minuteOf(from), change);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return (hours - 10) * 60 + minutes + seconds / 60;
}

function clock(timeMs: number): string {
  const text = new Date(timeMs).toISOString().slice(11, 19);
  return text.endsWith(':00') ? text.slice(0, 5) : text;
}

function shown(session: SessionState): string {
  const { startTime, endTime, status, segments, gaps } = session;
  const span = `${clock(startTime)}-${endTime === null ? '...' : clock(endTime)} ${status}`;
  if (session.mergedInto) return `${span} into ${clock(Date.parse(session.mergedInto.split('/')[3] ?? ''))}`;
  const words = segments.map(({ videoId, startTime: start }) => {
    const gap = gaps.find((one) => one.endTime === start);
    return gap ? `(${(gap.endTime - gap.startTime) / minuteMs} min) ${videoId}` : videoId;
  });
  const made = session.composed.length > 0 ? ` => ${session.composed.map((one) => one.videoId).join(' ')}` : '';
  const marks = (['composeMissing', 'durationMismatch', 'overlapping', 'segmentLimitExceeded'] as const).filter(
    (mark) => session[mark],
  );
  return `${span}: ${words.join(' ')}${made}${marks.length > 0 ? ` [${marks.join(' ')}]` : ''}`;
}

it('the day of the examples begins at 10:00', () => {
  expect(clock(startMs)).toBe('10:00');
});
