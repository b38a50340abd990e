/** Which streams and which time the latency page is about. */
import { useState } from 'preact/hooks';
import { Choice, useSettled } from './filters.tsx';
import { anyStream, StreamFields, type StreamParts, streamQuery } from './stream-filter.tsx';
import { say, type Word } from './words.ts';

const hourMs = 60 * 60 * 1000;
const ranges = {
  hour: { word: 'lastHour', ms: hourMs },
  day: { word: 'lastDay', ms: 24 * hourMs },
  week: { word: 'lastWeek', ms: 7 * 24 * hourMs },
  month: { word: 'lastMonth', ms: 30 * 24 * hourMs },
  all: { word: 'allTime', ms: null },
} as const satisfies Record<string, { word: Word; ms: number | null }>;
type Range = keyof typeof ranges;
/** What the figures are of; `query` gives it for the API as of now. */
export type Scope = {
  readonly key: string;
  /** Whether a figure an hour would be too many. */
  readonly long: boolean;
  query(): Readonly<Record<string, string>>;
};

export function useScope() {
  const [range, setRange] = useState<Range>('all');
  const [of, setOf] = useState(anyStream);
  const key = useSettled(JSON.stringify({ range, of }));
  const asked = JSON.parse(key) as { range: Range; of: StreamParts };
  const { ms } = ranges[asked.range];
  const scope: Scope = {
    key,
    long: ms === null || ms > ranges.week.ms,
    query: () => ({
      ...streamQuery(asked.of),
      // To the minute: pages that ask for the same share one answer.
      ...(ms === null ? {} : { from: String(Math.floor((Date.now() - ms) / 60_000) * 60_000) }),
    }),
  };
  return { scope, range, setRange, of, setOf };
}

export function LatencyFilter({ range, setRange, of, setOf }: Omit<ReturnType<typeof useScope>, 'scope'>) {
  const clear = () => {
    setOf(anyStream);
    setRange('all');
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <StreamFields of={of} onChange={setOf} />
      <Choice
        label={say('range')}
        options={Object.keys(ranges)}
        value={range}
        nameOf={(name) => say(ranges[name as Range].word)}
        onChange={(name) => setRange(name as Range)}
      />
      <button type="button" onClick={clear}>
        {say('clear')}
      </button>
    </form>
  );
}
