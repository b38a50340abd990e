import type { Rng } from '../../emulator/random.ts';
import { Fault } from '../../platform/faults.ts';
import type { Emission, Outcome, SourceRecord, StepContext } from '../../processors/topology.ts';
import { taskContext } from '../../runtime/task-context.ts';

/** What happened to a key, and when it wants to be called. `bad`: it can't be encoded; `mute`: what it says can't. */
export type State = { log: string[]; due: number[]; bad?: true; mute?: true; breaks?: true };
export type Input = { id: string; op: string; due: number | null; other: string; third: string };

const next = (state: State | null, emit: Emission[], others?: Map<string, State | null>): Outcome<State> => ({
  ...{ kind: 'next', state, emit },
  ...(others ? { others } : {}),
});
const said = (key: string, value: unknown, snapshot = false): Emission => ({
  ...{ topic: 'stream-facts', key, value },
  ...(snapshot ? { snapshot } : {}),
});
const plus = (state: State | null, id: string, more: Partial<State> = {}): State => ({
  ...(state ?? { due: [] }),
  ...more,
  log: [...(state?.log ?? []), id],
});
const word = (state: State, id: string) => ({ id, log: state.log, ...(state.mute ? { mute: true } : {}) });

export function step(state: State | null, { key, value }: SourceRecord, { read }: StepContext<State>): Outcome<State> {
  const { id, op, due, other, third } = value as Input;
  const dues = due === null ? (state?.due ?? []) : [...new Set([...(state?.due ?? []), due])].sort((a, b) => a - b);
  const own = plus(state, id, { due: dues });
  switch (op) {
    case 'throw':
      throw new Error('broken');
    case 'drop':
      return { kind: 'drop', reason: 'test' };
    case 'dead':
      return { kind: 'dead-letter', reason: 'unusable', error: 'test' };
    case 'forget':
      return state?.bad || state?.mute
        ? next(own, [])
        : ({ ...next(null, [said(key, null)]), reason: 'test' } as Outcome<State>);
    case 'bad':
      return next({ ...own, bad: true }, [said(key, word(own, id), true)]);
    case 'mute':
      return next({ ...own, mute: true }, [said(key, word({ ...own, mute: true }, id), true)]);
    case 'breaks':
      return next({ ...own, breaks: true }, []);
    case 'plain':
      return next(own, [said(key, word(own, id))]);
    case 'others': {
      const [a, again, b] = [read?.(other) ?? null, read?.(other) ?? null, read?.(third) ?? null];
      if (JSON.stringify(a) !== JSON.stringify(again)) throw new Error('read twice, and not the same');
      const others = new Map<string, State | null>([[other, plus(a, `${id}-by-${key}`)]]);
      if (third !== other && b && !b.bad && !b.mute) others.set(third, null);
      others.delete(key);
      return next(due === null ? state : own, [said(key, { id, a: a?.log, b: b?.log })], others);
    }
    case 'blind':
      return next(state, [], new Map([[`${other.slice(0, 1)}unread`, plus(null, `${id}-by-${key}`, { due: dues })]]));
    default:
      return next(own, [said(key, word(own, id), true)]);
  }
}

export function fire(key: string, state: State, { read }: StepContext<State>): Outcome<State> {
  if (state.breaks) throw new Error('the timer is broken');
  const [at, ...due] = state.due;
  const mirror = `${key}-mirror`;
  const more = key.endsWith('-mirror') ? undefined : new Map([[mirror, plus(read?.(mirror) ?? null, `t${at}`)]]);
  // One in five makes what can't be encoded, at once or behind other changes of the key.
  const bad = (at ?? 0) % 5 === 0 ? ({ bad: true } as const) : {};
  return next(
    { ...plus(state, `t${at}`), due, ...bad },
    [{ ...said(key, { fired: at }), topic: 'compose-jobs' }],
    more,
  );
}

const codec = (fails: (value: never) => boolean) => ({
  encode: (value: unknown) => {
    if (fails(value as never)) throw new Error('the value does not fit');
    return Buffer.from(`O${JSON.stringify(value)}`);
  },
  decode: (bytes: Buffer) => JSON.parse(String(bytes.subarray(1))),
});

/**
 * States in the store before are of a schema that has to be fetched first. What waits for the registry, and for how long, is by chance.
 */
export function contextOf(random: Pick<Rng, 'chance'>, isCalm: () => boolean, cacheBytes: number) {
  const known = new Set(['O']);
  const state = codec(({ bad }: State) => bad === true);
  const slow = async (bytes: Buffer, schema: string) => {
    await new Promise(setImmediate);
    if (!isCalm() && random.chance(0.3)) throw new Fault('the registry is away', { code: 'X', retryable: true });
    known.add(schema);
    return state.decode(bytes);
  };
  const codecs = {
    callbacks: {
      encode: () => Buffer.alloc(0),
      decode: (bytes: Buffer) => {
        const input = JSON.parse(String(bytes)) as Input;
        if (input.op === 'unreadable') throw new Error('bad bytes');
        if (input.op === 'later' && !isCalm() && random.chance(0.6))
          throw new Fault('the registry is away', { code: 'X', retryable: true });
        return input;
      },
    },
    'video-state': {
      encode: state.encode,
      decode: (bytes: Buffer) => {
        const schema = String(bytes.subarray(0, 1));
        return known.has(schema) ? state.decode(bytes) : slow(bytes, schema);
      },
    },
    'stream-facts': codec((value: { mute?: true } | null) => value?.mute === true),
    'compose-jobs': codec(() => false),
  };
  const topology = {
    ...{ name: 'test', input: 'callbacks', changelog: 'video-state', outputs: ['stream-facts', 'compose-jobs'], step },
    timer: { dueAtMs: ({ due }: State) => due[0] ?? null, fire },
  } as const;
  const topics = (id: string) => ({ callbacks: 'in', 'video-state': 'states' })[id] ?? id;
  return taskContext<State>(topology as never, topics as never, codecs as never, cacheBytes);
}
