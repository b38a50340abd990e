/** What a fact costs the session processor, by how much its stream has had: no Kafka, since the step is all that could grow. */
import type { StreamFact } from '../../schemas/generated/StreamFact.ts';
import type { StreamState } from '../../schemas/generated/StreamState.ts';
import { type Cost, costsOf, drawn, flat, type Grown, linear, rounded } from './curve.ts';
import { lateFact, StreamRun, segmentOf, shortSession } from './stream.ts';

const rounds = 15;
/** Streams that hear the same in one run. */
const together = 60;

/** What a stream had, and what it hears of. */
type Case = {
  readonly count: number;
  readonly before: ReadonlyMap<string, StreamState>;
  readonly facts: readonly StreamFact[];
};

const many = (count: number, of: (index: number) => StreamFact[]): StreamFact[] =>
  Array.from({ length: count }, (_, index) => of(index)).flat();

/** A stream with so many finished sessions hears of its next one, and late of its first. */
export async function streamsBySessions(counts: readonly number[]): Promise<Grown> {
  const streams = counts.map((count) => ({
    count,
    before: new StreamRun().hear(many(count, shortSession)).states(),
  }));
  const next = streams.map(({ count, before }) => ({ count, before, facts: shortSession(count) }));
  // A stream's only session isn't put away yet, so it would be no measure for what lies far back.
  const late = streams
    .filter(({ count }) => count > 1)
    .map(({ count, before }) => ({ count, before, facts: [lateFact(10)] }));
  const [ofNext, ofLate] = [await factCosts(next), await factCosts(late)];
  const curves = [
    { name: 'next session', points: ofNext },
    { name: 'late fact', points: ofLate },
  ];
  return {
    curves,
    budgets: curves.map(flat),
    figures: figures('finished sessions', [
      ['fact', ofNext, next],
      ['late fact', ofLate, late],
    ]),
    svg: { '': drawn('A fact of a stream, by its finished sessions', 'finished sessions', 'µs of CPU', curves) },
  };
}

/** A session hears of its last segment. */
export async function sessionsBySegments(counts: readonly number[]): Promise<Grown> {
  const cases = counts.map((count) => ({
    count,
    before: new StreamRun().hear(many(count - 1, segmentOf)).states(),
    facts: segmentOf(count - 1),
  }));
  const costs = await factCosts(cases);
  const curves = [{ name: 'fact of the last segment', points: costs }];
  return {
    curves,
    budgets: curves.map(linear),
    figures: figures('segments', [['fact', costs, cases]]),
    svg: { '': drawn('A fact of a session, by its segments', 'segments', 'µs of CPU', curves) },
  };
}

function factCosts(cases: readonly Case[]): Promise<Cost[]> {
  const sides = cases.map(({ count, before, facts }) => ({
    at: count,
    run: () => {
      for (let n = 0; n < together; n += 1) new StreamRun(before).hear(facts);
      return together * facts.length;
    },
  }));
  return costsOf(sides, rounds);
}

type Measured = readonly [name: string, costs: readonly Cost[], cases: readonly Case[]];

/** Costs, and the bytes of what is written for each fact. */
function figures(what: string, measured: readonly Measured[]): Record<string, string | number>[] {
  return measured.flatMap(([name, costs, cases]) =>
    cases.map(({ count, before, facts }, index) => {
      const { stateBytes, sessionBytes, largest } = new StreamRun(before).hear(facts).written;
      return {
        'µs of CPU': name,
        [what]: count,
        each: rounded(costs[index]?.value ?? Number.NaN),
        'bytes to stream-state': Math.round(stateBytes / facts.length),
        'bytes to session-state': Math.round(sessionBytes / facts.length),
        'largest record': largest,
      };
    }),
  );
}
