/**
 * When a show is over and when that is certain (docs/session-status.md, "When is it over?"), to the millisecond: in
 * seconds after its end, with a cycle of 1800, a delay of 180 and a grace of 300. Times may be off by two seconds.
 */
import { describe, expect, it } from 'vitest';
import { closingOf } from '../../../processors/session/closing.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { groupOf } from '../../../processors/session/grouping.ts';
import { firstIn, rulesIn } from '../../../processors/session/kept-rules.ts';
import { rules, segment } from './stream.ts';

/** Files from second to second; with `!` one of them can't be true. */
function closing(files: string, isTold: boolean): readonly [closes: number, certain: number] {
  const segments = files.split(' ').map((file, index) => {
    const [from = 0, to = 0] = file.split(/[-!]/).map(Number);
    const video = videoOf(segment(`s${index}`, 0, 0));
    return { video, startMs: from * 1000, endMs: to * 1000, bounded: file.endsWith('!') };
  });
  const group = groupOf(segments, { goesOn: false, truncated: false });
  const { closesAtMs, certainAtMs } = closingOf(group, rules(), isTold);
  return [(closesAtMs - group.endMs) / 1000, (certainAtMs - group.endMs) / 1000];
}

const delay = 180;
/** The next of these cycles would be heard of by then. */
const waits = (cycle: number) => delay + cycle + 300;

describe('the cloud was told the cycle', () => {
  it.each<[string, string, number, number]>([
    ['a file that with the delay doesn’t reach it is the last', '0-1617.999', delay, delay],
    ['one that does may have been cut by it', '0-1618', waits(1800), waits(1800)],
    ['a longer file shows a longer cycle', '0-2000', waits(2000), waits(2000)],
    ['so does an earlier one', '0-2000 2060-3760', waits(2000), waits(2000)],
    ['a file that went on was a cycle', '0-1200 1200-2217.999', delay, delay],
    ['and one as long as it may go on', '0-1200 1200-2218', waits(1200), waits(1200)],
    [
      'of two lengths the shorter tells whether it may, the longer when',
      '0-1500 1500-2700 2700-3718',
      waits(1500),
      waits(1500),
    ],
    ['after a pause of two seconds it went on', '0-1200 1202-2220', waits(1200), waits(1200)],
    ['after a longer one a file as long may be a whole cycle', '0-1200 1202.001-2220.001', delay, waits(1800)],
    ['a shorter one not', '0-1200 1202.001-2220', delay, delay],
    ['of two such the shorter tells', '0-1200 1210-1810 1820-2238', delay, waits(1800)],
    ['whichever was first', '0-600 610-1810 1820-2238', delay, waits(1800)],
    ['a file that reaches the cycle is as any that does', '0-1200 1210-2910', waits(1800), waits(1800)],
    ['a file that ends two seconds earlier is a last one too', '0-1700 1690-1702', waits(1800), waits(1800)],
    ['more, and it is not', '0-1700 1690-1702.001', delay, delay],
    ['nothing follows from times that can’t be true: no cycle', '0-1200! 1200-2300', delay, delay],
    ['a file of a moment may be a cycle that the stream was away for', '0-1 10-500', delay, waits(1800)],
    ['one without any length is shorter than any', '0-182.001 190-190', delay, delay],
    ['nor a pause', '0-1200! 1210-2310', delay, delay],
  ])('%s', (_, files, closes, certain) => {
    expect(closing(files, true)).toEqual([closes, certain]);
  });
});

describe('the cloud was not told', () => {
  it.each<[string, string, number, number]>([
    ['a short file may be a whole cycle', '0-100', delay, waits(1800)],
    [
      'a long one may have been cut by a cycle that ended while the stream was away',
      '0-1700',
      waits(1800),
      waits(1880),
    ],
    ['one that went on has shown it', '0-1200 1200-1300', delay, delay],
    ['from five minutes on', '0-298 298-308', delay, delay],
    ['but not less', '0-297.999 297.999-308', delay, waits(1800)],
    ['what overlaps by two seconds goes on', '0-1200 1198-1300', delay, delay],
    ['by more it doesn’t', '0-1200 1197.999-1300', delay, waits(1800)],
    ['with two formats both went on', '0-1200 5-1200 1200-2213', waits(1200), waits(1200)],
    ['what follows the longer of two is looked for behind the shorter', '0-1200 0-600 1200-1300', delay, delay],
    ['what follows is looked for behind the other format', '0-1200 0-1200 1200-1300', delay, delay],
  ])('%s', (_, files, closes, certain) => {
    expect(closing(files, false)).toEqual([closes, certain]);
  });
});

describe('what the sessions of a span keep', () => {
  const { cycleMs, disconnectDelayMs, graceMs, composeOverdueMs, takeOver } = rules();
  const kept = (startTime: number, cycle: number | null) => ({
    startTime,
    compose: cycle === null ? null : ('PIPELINE' as const),
    rules: cycle === null ? null : { cycleMs: cycle, disconnectDelayMs, graceMs, composeOverdueMs, takeOver },
  });

  it('is what the first of them that has closed keeps, however many there are', () => {
    for (let count = 0; count < 9; count += 1) {
      const said = Array.from({ length: count }, (_, index) => kept(10 + index * 10, index % 3 === 1 ? null : index));
      for (let from = 5; from < 105; from += 5)
        for (let to = from; to < 105; to += 5) {
          const within = said.filter(({ startTime }) => startTime >= from && startTime <= to);
          const first = within.find((one) => one.rules !== null);
          expect(firstIn(said, from, to, (one) => one.rules)).toBe(first?.rules ?? null);
          expect(rulesIn(said, from, to, rules()).cycleMs).toBe(first?.rules?.cycleMs ?? cycleMs);
        }
    }
  });

  it('is found by halves', () => {
    const said = Array.from({ length: 1000 }, (_, index) => kept(index, index));
    let reads = 0;
    const counted = new Proxy(said, {
      get: (list, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
        return Reflect.get(list, name) as unknown;
      },
    });
    expect(firstIn(counted, 700, 700, (one) => one.rules)?.cycleMs).toBe(700);
    expect(reads).toBeLessThan(20);
  });
});
