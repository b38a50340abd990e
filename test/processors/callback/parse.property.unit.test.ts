import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParseResult, parseCallback, subjectOf } from '../../../processors/callback/index.ts';
import { evolve } from '../../../processors/video/index.ts';
import type { EventSource } from '../../../schemas/topics.ts';
import { check } from '../../support/property.ts';
import { anyBody } from '../arbitraries.ts';
import { at, bytesOf, parse, sourceOf, startMs, videoId } from '../callbacks.ts';
import { decode, encode, videoStateType } from '../encoding.ts';

const source = fc.constantFrom<EventSource>('http', 'mns', 'reconciler', 'job-runner', 'operator');

/** Whatever the bytes: a result, an encodable state, and the same subject that the ingress sees. */
function survive(bytes: Uint8Array, from: EventSource): ParseResult {
  const result = parseCallback(bytes, { source: from, receivedAtMs: startMs, region: null });
  if (result.kind === 'unparsable') {
    expect(result.reason).not.toBe('');
    return result;
  }
  const subject = subjectOf(bytes);
  expect(subject).toMatchObject({ ok: true, subjectId: result.event.subjectId });
  const evolved = evolve(null, result.event);
  if (!evolved.changed) throw new Error('the first event must change the state');
  expect(videoStateType.isValid(evolved.state)).toBe(true);
  expect(JSON.stringify(decode(encode(evolved.state)))).toBe(JSON.stringify(evolved.state));
  return result;
}

/** A value of a kind that doesn't belong there. */
const oddValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', ' ', '1e999', '-0', '0x10', 'NaN', '[]', '{"a":', '[1,[2]]', '2026-02-30T00:00:00Z', '\ud800'),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt().map(String),
);

/** A valid body with some of its fields replaced, removed, renamed or added. */
const mutant = fc
  .tuple(
    anyBody,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'pad', 'add'), oddValue), { maxLength: 4 }),
  )
  .map(([body, changes]) => {
    const changed: Record<string, unknown> = { ...body };
    for (const [n, how, value] of changes) {
      const keys = Object.keys(changed);
      const key = keys[n % Math.max(1, keys.length)] ?? 'EventType';
      if (how === 'add') changed[`Extra${n % 3}`] = value;
      else if (how === 'replace') changed[key] = value;
      else {
        const kept = changed[key];
        delete changed[key];
        if (how === 'pad') changed[` ${key} `] = kept;
      }
    }
    return { changed, sender: sourceOf(body) };
  });

describe('parsing a callback', { timeout: 1_800_000 }, () => {
  it('survives any bytes', () => {
    check(
      'any bytes are parsed or refused',
      fc.property(fc.uint8Array({ maxLength: 200 }), source, (bytes, from) => {
        survive(bytes, from);
      }),
    );
  });

  it('survives any JSON value, also under the names of real fields', () => {
    const known = fc.constantFrom(
      'EventType',
      'EventTime',
      'VideoId',
      'Status',
      'StreamInfos',
      'JobId',
      'Data',
      'TaskInput',
    );
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(known, oddValue));
    check(
      'any JSON is parsed or refused',
      fc.property(body, source, (value, from) => {
        survive(bytesOf(value), from);
      }),
    );
  });

  it('survives mutations of real events', () => {
    check(
      'mutants are parsed or refused',
      fc.property(mutant, ({ changed, sender }) => {
        survive(bytesOf(changed), sender);
      }),
    );
  });

  it('survives bytes broken within a real event', () => {
    check(
      'broken bytes are parsed or refused',
      fc.property(anyBody, fc.nat(), fc.nat({ max: 255 }), fc.boolean(), (body, at, byte, cut) => {
        const bytes = bytesOf(body).slice();
        bytes[at % bytes.length] = byte;
        survive(cut ? bytes.subarray(0, at % bytes.length) : bytes, sourceOf(body));
      }),
    );
  });

  it('gives an event the same id whatever the layout of the body, and whoever sends a callback', () => {
    check(
      'the id depends on the meaning only',
      fc.property(anyBody, fc.constantFrom<EventSource>('http', 'mns'), (body, other) => {
        const reversed = Object.fromEntries(Object.entries(body).reverse());
        const first = parse(body);
        const sender = sourceOf(body) === 'http' ? other : sourceOf(body);
        const second = parseCallback(new TextEncoder().encode(JSON.stringify(reversed, null, 2)), {
          source: sender,
          receivedAtMs: startMs + 5000,
          region: 'cn-shanghai',
        });
        if (first.kind === 'unparsable' || second.kind === 'unparsable') throw new Error('a valid body must parse');
        expect(second.event.entry.eventId).toBe(first.event.entry.eventId);
        expect(first.event.entry.eventId).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });

  // The ids of a list are parts of the identity. Passed on as arguments of a call, some 100,000 of them exceed the stack;
  // HTTP stops earlier, but a dead letter of 1 MiB can be put back.
  it.each([
    ['DeleteMediaComplete', 'http', 4, (ids: readonly string[]) => ({ DeleteType: 'stream', JobIds: ids.join(',') })],
    ['TranscodeComplete', 'http', 16, (ids: readonly string[]) => ({ StreamInfos: ids.map((JobId) => ({ JobId })) })],
    ['SnapshotComplete', 'http', 16, (ids: readonly string[]) => ({ SnapshotInfos: ids.map((JobId) => ({ JobId })) })],
    ['TranscodeJobAcknowledged', 'job-runner', 6, (ids: readonly string[]) => ({ Token: 't', JobIds: ids })],
    [
      'ReconcilerObservation',
      'reconciler',
      16,
      (ids: readonly string[]) => ({ StreamInfos: ids.map((JobId) => ({ JobId })) }),
    ],
  ] as const)('survives a list of a megabyte: %s from %s', (EventType, from, bytesEach, more) => {
    const ids = Array.from({ length: (1024 * 1024) / bytesEach }, (_, n) => n.toString(36).padStart(3, '0'));
    const bytes = bytesOf({ EventType, EventTime: at(1), VideoId: videoId, Status: 'success', ...more(ids) });
    expect(bytes.length).toBeGreaterThan(1024 * 1000);
    expect(survive(bytes, from).kind).toBe('ok');
  });

  it('survives nesting that no stack could follow', () => {
    const deep = `{"EventType":"New","EventTime":"2026-03-01T10:00:00Z","VideoId":"a","X":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(survive(new TextEncoder().encode(deep), 'http').kind).toBe('unknown');
  });
});
