/** Which streams a view is about: by domain, app and stream name, each alone or together. */
import { useEffect, useState } from 'preact/hooks';
import { readList, type SessionState } from './api.ts';
import type { Query } from './change.ts';
import { say, type Word } from './words.ts';

const parts = ['domain', 'app', 'streamName'] as const;
type Part = (typeof parts)[number];

export type StreamParts = Readonly<Record<Part, string>>;
export const anyStream: StreamParts = { domain: '', app: '', streamName: '' };

/** What was filled in, as parameters of the API's lists. */
export const streamQuery = (of: StreamParts): Query =>
  Object.fromEntries(parts.flatMap((part) => (of[part].trim() === '' ? [] : [[part, of[part].trim()]])));

/** Whether a state's stream is one that the query asks for: as the console's own filter has it. */
export const isOfStream = (query: Query, stream: SessionState['stream'] | null): boolean =>
  parts.every((part) => query[part] === undefined || (stream !== null && query[part] === partOf(stream, part)));

const partOf = ({ domainName, appName, streamName }: SessionState['stream'], part: Part) =>
  ({ domain: domainName, app: appName, streamName })[part];

type StreamFieldsProps = { readonly of: StreamParts; readonly onChange: (of: StreamParts) => void };

/** Names that the latest sessions have are offered as one types. */
export function StreamFields({ of, onChange }: StreamFieldsProps) {
  const [known, setKnown] = useState<readonly SessionState['stream'][]>([]);
  useEffect(() => {
    // Names to choose from; without them one can still type.
    readList('sessions', { limit: '500' }).then(
      ({ body }) => setKnown(body.items.map(({ stream }) => stream)),
      () => undefined,
    );
  }, []);
  const fits = (stream: SessionState['stream'], but: Part) =>
    parts.every((part) => part === but || of[part] === '' || of[part] === partOf(stream, part));
  return (
    <>
      {parts.map((part) => (
        <span key={part} class="named">
          <input
            type="search"
            list={`known-${part}`}
            placeholder={say(part satisfies Word)}
            aria-label={say(part)}
            value={of[part]}
            onInput={(event) => onChange({ ...of, [part]: event.currentTarget.value })}
          />
          <datalist id={`known-${part}`}>
            {[...new Set(known.filter((stream) => fits(stream, part)).map((stream) => partOf(stream, part)))].map(
              (value) => (
                <option key={value} value={value} />
              ),
            )}
          </datalist>
        </span>
      ))}
    </>
  );
}
