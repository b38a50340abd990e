import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCallback, subjectOf } from '../../../processors/callback/index.ts';
import { evolve } from '../../../processors/video/index.ts';
import { bounds } from '../../../schemas/bounds.ts';
import { callbackRow } from '../../../services/sink/rows/callback-row.ts';
import { check } from '../../support/property.ts';
import { decode, encode } from '../encoding.ts';

const base = { EventType: 'TranscodeComplete', EventTime: '2026-03-01T10:00:00Z', VideoId: 'a', Status: 'success' };
const parse = (body: object | string) =>
  parseCallback(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)), {
    source: 'http',
    receivedAtMs: 1_772_359_200_000,
    region: null,
  });

/** CPU milliseconds from bytes to state to the sink's row. */
function costMs(body: string): number {
  const value = Buffer.from(body);
  const before = process.threadCpuUsage();
  const parsed = parse(body);
  if (parsed.kind !== 'unparsable') evolve(null, parsed.event);
  callbackRow({ topic: 't', partition: 0, offset: 0, key: 'a', value, headers: {}, timestampMs: 1 });
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const of = (more: object): string => JSON.stringify({ ...base, ...more });
const hostile: Readonly<Record<string, (length: number) => string>> = {
  // `\d+\.?\d*` tried every place to break the digits in two: 17 minutes for a quarter of a megabyte.
  'a Size of digits and an x': (n) => of({ EventType: 'FileUploadComplete', Size: `${'1'.repeat(n)}x` }),
  'such numbers in StreamInfos': (n) => of({ StreamInfos: [{ Fps: `${'1'.repeat(n)}x`, Width: '1' }] }),
  'outputs that are all alike': (n) => of({ StreamInfos: Array.from({ length: n / 3 }, () => ({})) }),
  // Each was compared with each by two texts of all its fields.
  'outputs in the worst order': (n) => of({ StreamInfos: Array.from({ length: n / 13 }, (_, i) => ({ Fps: -i })) }),
  'keys that must be trimmed': (n) => of(Object.fromEntries(Array.from({ length: n / 12 }, (_, i) => [`k${i} `, 1]))),
  'nesting that no stack follows': (n) =>
    `{"EventType":"New","VideoId":"a","X":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}`,
  'objects within objects': (n) =>
    `{"EventType":"New","VideoId":"a","X":${'{"a":'.repeat(n / 6)}1${'}'.repeat(n / 6)}}`,
  'JSON within a text that never ends': (n) => of({ StreamInfos: '['.repeat(n), Data: '{'.repeat(n) }),
  'a time of blanks': (n) => of({ EventTime: `2026-03-01T10:00:00${' '.repeat(n)}x` }),
  'blanks around every text': (n) => of({ JobId: ' '.repeat(n), ErrorMessage: `x${' '.repeat(n)}x` }),
};

describe('a callback that means harm', { timeout: 120_000 }, () => {
  it.each(Object.entries(hostile))('costs in proportion to its length: %s', (_what, make) => {
    const [small, large] = [make(64 * 1024), make(512 * 1024)];
    costMs(small);
    const best = (body: string) => Math.min(...[1, 2, 3].map(() => costMs(body)));
    // Eight times as long; quadratic would be 64 times as much.
    const cost = best(large);
    if (cost > 50) expect(cost / best(small)).toBeLessThan(24);
    expect(cost).toBeLessThan(5_000);
  });

  // 25 callbacks with the largest whole number of JavaScript stopped the processor: the parser took it, the encoder didn't.
  it.each([
    [{ EventType: 'FileUploadComplete', Size: Number.MAX_SAFE_INTEGER }, 'out-of-range'],
    [{ EventType: 'FileUploadComplete', Size: '9007199254740991' }, 'out-of-range'],
    [{ EventType: 'FileUploadComplete', Size: '1e300' }, 'out-of-range'],
    [{ StreamInfos: [{ Width: 2 ** 31 }] }, 'out-of-range'],
    [{ StreamInfos: [{ Bitrate: '1e999' }] }, 'out-of-range'],
    [
      { EventType: 'AddLiveRecordVideoComplete', DomainName: 'd', AppName: 'a\u0000', StreamName: 's' },
      'control-character',
    ],
    [{ VideoId: 'a\u0000b' }, 'control-character'],
    [{ EventType: 'AddLiveRecordVideoComplete', DomainName: 'a/b', AppName: 'a', StreamName: 's' }, 'impossible-name'],
    [{ EventType: 'AddLiveRecordVideoComplete', DomainName: 'a b', AppName: 'a', StreamName: 's' }, 'impossible-name'],
    [{ EventType: 'AddLiveRecordVideoComplete', DomainName: 'a', AppName: 'b/c', StreamName: 's' }, 'impossible-name'],
    [{ VideoId: 'a\u009bb' }, 'control-character'],
  ])('is set aside whole, with a reason of its own: %j', (more, code) => {
    expect(parse({ ...base, ...more })).toEqual({ kind: 'unparsable', code, reason: expect.any(String) });
  });

  it('is refused by the ingress too where its subject is none', () => {
    expect(subjectOf(Buffer.from(of({ VideoId: 'a\u0000b' })))).toEqual({
      ok: false,
      reason: 'the subject id has a control character',
    });
  });

  it('gives nothing that the schema can not hold', () => {
    const number = fc.oneof(
      fc.constantFrom(bounds.mostInt, bounds.mostInt + 1, bounds.mostLong, bounds.mostLong + 1, -1, 0.5, 1e308, -1e308),
      fc.double({ noNaN: true }),
      fc.maxSafeInteger(),
    );
    const value = fc.oneof(number, number.map(String), fc.string({ unit: 'binary' }), fc.constant('1e400'));
    const field = fc.constantFrom(
      'Size',
      'Duration',
      'Bitrate',
      'Fps',
      'Width',
      'Height',
      'JobId',
      'StartTime',
      'FinishTime',
      'FileUrl',
      'Encrypt',
      'ErrorCode',
      'Status',
    );
    const type = fc.constantFrom(
      'FileUploadComplete',
      'StreamTranscodeComplete',
      'TranscodeComplete',
      'VideoAnalysisComplete',
      'New',
    );
    const time = fc.oneof(
      fc.constantFrom('2026-03-01T10:00:00Z', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', 99_999_999_999_999),
      value,
    );
    let kept = 0;
    check(
      'whatever is parsed is encoded, and decoded again',
      fc.property(
        type,
        time,
        fc.dictionary(field, value),
        fc.array(fc.dictionary(field, value), { maxLength: 3 }),
        (EventType, EventTime, more, StreamInfos) => {
          const parsed = parse({ VideoId: 'v', ...more, EventType, EventTime, StreamInfos });
          if (parsed.kind === 'unparsable') return;
          kept += 1;
          const evolved = evolve(null, parsed.event);
          if (!evolved.changed) throw new Error('the first event must change the state');
          expect(JSON.stringify(decode(encode(evolved.state)))).toBe(JSON.stringify(evolved.state));
        },
      ),
      500,
    );
    expect(kept).toBeGreaterThan(50);
  });
});
