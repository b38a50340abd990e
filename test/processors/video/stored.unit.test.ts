/** States as an earlier release encoded them, with the deliveries that they came from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { describe, expect, it } from 'vitest';
import { evolve } from '../../../processors/video/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import type { Delivered } from '../arbitraries.ts';
import { event, named, recorded, sourceReady, startMs } from '../callbacks.ts';
import { encode, throughTheLog } from '../encoding.ts';

type Stored = {
  readonly kind: 'live' | 'retired' | 'truncated';
  readonly deliveries: readonly Delivered[];
  readonly bytes: string;
};

const folder = import.meta.dirname;
const stored = JSON.parse(readFileSync(join(folder, 'stored-before-lanes.json'), 'utf8')) as {
  readonly states: readonly Stored[];
  readonly schema: avro.Schema;
};

const writer = avro.Type.forSchema(stored.schema, { registry: {} });
const reader = avro.Type.forSchema(avroSchema('VideoState') as avro.Schema, { registry: {} });
const resolver = reader.createResolver(writer);
const read = ({ bytes }: Stored): VideoState => reader.fromBuffer(Buffer.from(bytes, 'base64'), resolver) as VideoState;

function fold(deliveries: readonly Delivered[], from: VideoState | null, receivedFromMs = startMs) {
  let state = from;
  let writes = 0;
  for (const [i, { body, source }] of deliveries.entries()) {
    const evolved = evolve(state, event(body, source, receivedFromMs + i * 1000));
    if (!evolved.changed) continue;
    writes += 1;
    state = evolved.state;
  }
  return { state, writes };
}

/** What a reader of the state goes by. */
function says(state: VideoState | null): object {
  const { kind, subject, status, stream, recording, recordedTime, composeStartTime, sourceReadyTime } =
    state as VideoState;
  const { firstPlayableTime, transcodedTime, deletedTime, coverUrl, sourceUrl, sourceGone } = state as VideoState;
  const { sizeBytes, durationSeconds, auditStatus, errorCode, jobs, steps } = state as VideoState;
  const life = { kind, subject, status, stream, recording, recordedTime, composeStartTime, sourceReadyTime };
  const results = { firstPlayableTime, transcodedTime, deletedTime, coverUrl, sourceUrl, sourceGone, sizeBytes };
  return { ...life, ...results, durationSeconds, auditStatus, errorCode, jobs, steps };
}

const ofKind = (kind: Stored['kind']): readonly Stored[] => stored.states.filter((one) => one.kind === kind);

describe('states that an earlier release stored', () => {
  it('are read, are added to, and say what their events say', () => {
    for (const one of ofKind('live')) {
      const state = read(one);
      // Each event is known already: nothing is written for it again.
      expect(fold(one.deliveries, state).writes).toBe(0);
      const more = { body: named('NotKnownYetComplete', 99, { New: 99 }), source: 'http' } as const;
      const grown = fold([more], state).state;
      expect(says(grown)).toEqual(says({ ...state, subject: 'VIDEO' }));
      expect(grown?.revision).toBe(state.revision + 1);
      const anew = fold([...one.deliveries, more], null).state;
      const untimed = { ...(grown as VideoState), jobs: [], steps: [], notStarted: [] };
      expect(encode(untimed)).toEqual(
        encode({ ...(anew as VideoState), timeline: untimed.timeline, revision: untimed.revision }),
      );
    }
  });

  it('go on saying what they said where they were retired and had lost their events', () => {
    for (const one of ofKind('retired')) {
      const stub = read(one);
      expect(stub).toMatchObject({ retired: true, timeline: [] });
      const late = { body: named('NotKnownYetComplete', 99, { New: 99 }), source: 'http' } as const;
      const grown = throughTheLog(fold([late], stub).state as VideoState);
      expect(says({ ...grown, errorCode: stub.errorCode })).toEqual(says(stub));
      expect(grown).toMatchObject({ retired: true, retiredAt: stub.retiredAt, afterRetirement: true });
      const order = [late, { body: sourceReady(500), source: 'http' }, { body: recorded(4), source: 'mns' }] as const;
      const [there, back] = [order, order.toReversed()].map((events) => says(fold(events, stub).state));
      expect(there).toEqual(back);
    }
  });

  it('hear again where an earlier release had found no more room', () => {
    for (const one of ofKind('truncated')) {
      const state = read(one);
      expect(state).toMatchObject({ truncated: true, status: 'SOURCE_READY' });
      const deleted = named('DeleteMediaComplete', 9_000, { Status: 'success', DeleteType: 'all' });
      expect(fold([{ body: deleted, source: 'http' }], state).state).toMatchObject({ status: 'DELETED' });
    }
  });
});
