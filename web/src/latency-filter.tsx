/** Which streams and which time the latency page is about. */
import { useEffect, useState } from 'preact/hooks';
import { readList, type SessionState } from './api.ts';
import { Choice, useSettled } from './filters.tsx';
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
const names = ['domain', 'app', 'stream'] as const;
type Name = (typeof names)[number];
const labels: Readonly<Record<Name, Word>> = { domain: 'domain', app: 'app', stream: 'streamName' };

/** What the figures are of; `query` gives it for the API as of now. */
export type Scope = {
  readonly key: string;
  /** Whether a figure an hour would be too many. */
  readonly long: boolean;
  query(): Readonly<Record<string, string>>;
};

export function useScope() {
  const [range, setRange] = useState<Range>('all');
  const [of, setOf] = useState<Readonly<Record<Name, string>>>({ domain: '', app: '', stream: '' });
  const key = useSettled(JSON.stringify({ range, of }));
  const asked = JSON.parse(key) as { range: Range; of: Record<Name, string> };
  const { ms } = ranges[asked.range];
  const scope: Scope = {
    key,
    long: ms === null || ms > ranges.week.ms,
    query: () => ({
      ...Object.fromEntries(names.flatMap((name) => (asked.of[name].trim() ? [[name, asked.of[name].trim()]] : []))),
      // To the minute: pages that ask for the same share one answer.
      ...(ms === null ? {} : { from: String(Math.floor((Date.now() - ms) / 60_000) * 60_000) }),
    }),
  };
  return { scope, range, setRange, of, setOf };
}

export function LatencyFilter({ range, setRange, of, setOf }: Omit<ReturnType<typeof useScope>, 'scope'>) {
  const [known, setKnown] = useState<readonly SessionState['stream'][]>([]);
  useEffect(() => {
    // Names to choose from; without them one can still type.
    readList('sessions', { limit: '500' }).then(
      ({ body }) => setKnown(body.items.map(({ stream }) => stream)),
      () => undefined,
    );
  }, []);
  const fits = (stream: SessionState['stream'], but: Name) =>
    names.every((name) => name === but || of[name] === '' || of[name] === nameIn(stream, name));
  const clear = () => {
    setOf({ domain: '', app: '', stream: '' });
    setRange('all');
  };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      {names.map((name) => (
        <span key={name} class="named">
          <input
            type="search"
            list={`known-${name}`}
            placeholder={say(labels[name])}
            aria-label={say(labels[name])}
            value={of[name]}
            onInput={(event) => setOf({ ...of, [name]: event.currentTarget.value })}
          />
          <datalist id={`known-${name}`}>
            {[...new Set(known.filter((stream) => fits(stream, name)).map((stream) => nameIn(stream, name)))].map(
              (value) => (
                <option key={value} value={value} />
              ),
            )}
          </datalist>
        </span>
      ))}
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

const nameIn = ({ domainName, appName, streamName }: SessionState['stream'], name: Name) =>
  ({ domain: domainName, app: appName, stream: streamName })[name];
