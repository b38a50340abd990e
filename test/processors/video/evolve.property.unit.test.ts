import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolve, retired } from '../../../processors/video/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import { releasedOf } from '../../../schemas/compatibility.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { anyArrival, type Delivered, retold } from '../arbitraries.ts';
import { event, recorded, startMs } from '../callbacks.ts';
import { comparable, decode, encode, throughTheLog, videoStateType } from '../encoding.ts';

/** An entry with the fields that an earlier reader knows. */
const asBefore =
  (read: object | undefined) =>
  (entry: object): object =>
    Object.fromEntries(Object.entries(entry).filter(([field]) => read === undefined || field in read));

/** Folds the deliveries; received one second apart, so that `receivedAt` shows which copy was first. */
function fold(deliveries: readonly Delivered[], from: VideoState | null = null, stored: readonly boolean[] = []) {
  let state = from;
  let writes = 0;
  for (const [i, { body, source }] of deliveries.entries()) {
    const evolved = evolve(state, event(body, source, startMs + i * 1000));
    if (!evolved.changed) continue;
    writes += 1;
    state = stored[i] === true ? throughTheLog(evolved.state) : evolved.state;
  }
  return { state, writes };
}

describe('the state of a video', { timeout: 1_800_000 }, () => {
  it('is the same for any order and any repetition of its events, also when stored in between', () => {
    const stored = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
    check(
      'any arrival gives the same encoded state',
      fc.property(anyArrival, stored, ({ inOrder, arrival }, storedAfter) => {
        const mixed = fold(arrival, null, storedAfter);
        expect(comparable(mixed.state)).toBe(comparable(fold(inOrder).state));
        expect(mixed.state?.revision).toBe(mixed.writes);
      }),
    );
  });

  it('is the same however many copies of one event contradict each other', () => {
    const copies = Array.from({ length: 30 }, (_, n) => retold(recorded(n, { StreamName: `room-${n % 7}` }), false));
    const expected = fold(copies).state;
    check(
      'contradicting copies settle in any order',
      fc.property(fc.shuffledSubarray([...copies, ...copies], { minLength: 60 }), (arrival) => {
        const { state, writes } = fold(arrival);
        // So many are not counted exactly; that there was something new each time is.
        expect(comparable(state === null ? null : { ...state, revision: 0 })).toBe(
          comparable(expected === null ? null : { ...expected, revision: 0 }),
        );
        expect(state?.revision).toBe(writes);
      }),
    );
  });

  // A finding that said what a callback said left no trace, so that against a third copy it counted for the callback
  // where it had come second, and for a finding where it had come first.
  it('is the same where a finding says exactly what one of two callbacks says', () => {
    const told = [9, 12].map((n) => retold(recorded(n, { StreamName: `room-${n}` }), false));
    const found = told.map(({ body }): Delivered => ({ body, source: 'reconciler' }));
    const copies = [...told, ...found];
    check(
      'exact findings settle in any order',
      fc.property(fc.shuffledSubarray([...copies, ...copies], { minLength: 8 }), (arrival) => {
        const { state, writes } = fold(arrival);
        expect(comparable(state)).toBe(comparable(fold(copies).state));
        expect(state).toMatchObject({ stream: { streamName: 'room-9' }, revision: 4 });
        expect(writes).toBe(4);
      }),
    );
  });

  it('is the same when a history is folded in two halves', () => {
    check(
      'two halves equal the whole',
      fc.property(anyArrival, fc.nat({ max: 30 }), ({ arrival }, cut) => {
        const first = fold(arrival.slice(0, cut)).state;
        const halves = fold(arrival.slice(cut), first === null ? null : throughTheLog(first)).state;
        expect(comparable(halves)).toBe(comparable(fold(arrival).state));
      }),
    );
  });

  // Late events were laid over a summary that had lost the events: a TRANSCODED video stayed so whatever came, and each
  // rule of the status needed a second one for what had retired.
  it('takes an event that comes after it was retired as it would have taken it before', () => {
    const stored = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
    check(
      'retirement changes nothing that the events say',
      fc.property(anyArrival, stored, fc.nat({ max: 30 }), ({ arrival, inOrder }, storedAfter, cut) => {
        const whole = fold(inOrder).state;
        const before = fold(arrival.slice(0, cut)).state;
        if (before === null || whole === null) return;
        const stub = retired(before, startMs + 40 * 86_400_000);
        const late = fold(arrival.slice(cut), stub, storedAfter);
        const { retiredAt, revision } = stub;
        const marks = { retired: true, retiredAt, afterRetirement: late.writes > 0, revision: revision + late.writes };
        expect(comparable(late.state)).toBe(comparable({ ...whole, ...marks }));
      }),
    );
  });

  it('does not change by a duplicate', () => {
    check(
      'a duplicate writes nothing',
      fc.property(anyArrival, ({ arrival }) => {
        const { state } = fold(arrival);
        expect(fold(arrival, state).writes).toBe(0);
      }),
    );
  });

  it('has a timeline that is sorted and free of duplicates, with one fact each', () => {
    check(
      'timelines are sorted sets',
      fc.property(anyArrival, ({ arrival }) => {
        const { state } = fold(arrival);
        const times = state?.timeline.map((entry) => entry.eventTime) ?? [];
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(state?.timeline.map((entry) => entry.eventId)).size).toBe(times.length);
        expect(state?.facts.length).toBe(times.length);
      }),
    );
  });

  it('takes receivedAt and source from the first copy', () => {
    check(
      'the first copy supplies receivedAt and source',
      fc.property(anyArrival, ({ arrival }) => {
        const first = new Map<string, [number, string]>();
        for (const [i, { body, source }] of arrival.entries()) {
          const { eventId } = event(body, source).entry;
          if (!first.has(eventId)) first.set(eventId, [startMs + i * 1000, source]);
        }
        for (const { eventId, receivedAt, source } of fold(arrival).state?.timeline ?? [])
          expect([receivedAt, source]).toEqual(first.get(eventId));
      }),
    );
  });

  it('survives being encoded and decoded unchanged', () => {
    check(
      'decode after encode is the identity',
      fc.property(anyArrival, ({ arrival }) => {
        const { state } = fold(arrival);
        if (state === null) return;
        const bytes = encode(state);
        expect(JSON.stringify(decode(bytes))).toBe(JSON.stringify(state));
        expect(encode(decode(bytes)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('can be read by a consumer that still has an earlier schema', () => {
    // What a release before the audit, the retirement and the internal fields would have had.
    const later = [
      'auditStatus',
      'retired',
      'retiredAt',
      'retiredSummary',
      'afterRetirement',
      'cutoff',
      'facts',
      'region',
      'sourceGone',
      'subject',
      'notStarted',
      'cuts',
    ];
    const current = avroSchema('VideoState');
    const fields = current.fields.filter((field) => !later.includes((field as { name: string }).name));
    const earlier = avro.Type.forSchema({ ...current, fields } as avro.Schema, { registry: {} });
    const readers = [earlier, ...releasedOf('VideoState').map((one) => avro.Type.forSchema(one.schema as avro.Schema))];
    const resolvers = readers.map((reader) => ({ reader, resolver: reader.createResolver(videoStateType) }));
    check(
      'earlier readers read new bytes',
      fc.property(anyArrival, ({ arrival }) => {
        const { state } = fold(arrival);
        if (state === null) return;
        for (const { reader, resolver } of resolvers) {
          const read = reader.fromBuffer(encode(state), resolver) as VideoState;
          expect(read).toMatchObject({ videoId: state.videoId, status: state.status, revision: state.revision });
          expect(JSON.stringify([read.timeline, read.renditions, read.jobs])).toBe(
            JSON.stringify([
              state.timeline.map(asBefore(read.timeline[0])),
              state.renditions.map(asBefore(read.renditions[0])),
              state.jobs,
            ]),
          );
        }
      }),
    );
  });
});
