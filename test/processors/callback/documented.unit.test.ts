/** The bodies that the cloud's pages show, against docs/callbacks.md, which says what each is read as (cloud facts 1). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { admit } from '../../../services/intake/admission.ts';
import { tableIn } from '../../support/document-tables.ts';

type Documented = {
  /** Where the body stands. */
  readonly page: string;
  /** Some pages only describe fields, or show a body that breaks off. */
  readonly form: 'as on the page' | 'closed by us' | 'from the field table';
  readonly channel: 'vod' | 'live';
  /** As it would come in, byte for byte. */
  readonly body: string;
};

const folder = join(import.meta.dirname, 'documented');
const documented = new Map(
  readdirSync(folder).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Documented,
  ]),
);

const receivedAtMs = Date.UTC(2026, 5, 1);
const topology = videoTopology({ policies: policyBook([]) });
const nothing = { subject: '–', status: '–', known: [] as readonly string[] };

/** A body through the ingress's door and the first step of a fresh video. */
function readAs({ channel, body }: Documented): {
  readAs: string;
  subject: string;
  status: string;
  known: readonly string[];
} {
  const source = channel === 'live' ? 'live' : 'http';
  const { record, reason } = admit(Buffer.from(body), { source, region: 'cn-shanghai', receivedAtMs }, 262_144);
  if (reason !== null) return { readAs: `dead letter at the door: ${record.headers.error}`, ...nothing };
  const key = record.key ?? '';
  const taken = topology.step(null, { ...record, key, timestampMs: receivedAtMs }, { nowMs: receivedAtMs });
  if (taken.kind === 'dead-letter') return { readAs: `dead letter at the processor: ${taken.error}`, ...nothing };
  if (taken.kind === 'drop') return { readAs: `dropped by the video processor: ${taken.reason}`, ...nothing };
  const told = taken.emit[0]?.value as StreamFact | undefined;
  if (taken.state === null && told?.live) {
    const { event, startTime, endTime } = told.live;
    const times = event === 'FILE' ? [`file ${timeText(startTime)} to ${timeText(endTime)}`] : [];
    return { readAs: `told to its stream: ${event}`, ...nothing, known: times };
  }
  const state = taken.state as VideoState;
  const type = state.timeline[0]?.eventType;
  const unknown = taken.labels?.eventType === 'other';
  return {
    readAs: unknown ? `${type}, of no known type` : `${type}`,
    subject: `${state.subject} \`${state.videoId}\``,
    status: state.status,
    known: knownOf(state),
  };
}

/** In columns of their own, or about this pipeline and not about the video. */
const elsewhere = ['videoId', 'subject', 'status', 'timeline', 'facts', 'revision', 'region', 'renditions'];

/** Every field that isn't empty. */
function knownOf(state: VideoState): readonly string[] {
  const fields = Object.entries(state).flatMap(([name, value]: [string, unknown]) => {
    if (elsewhere.includes(name) || value === null || value === false || value === 'UNKNOWN') return [];
    if (Array.isArray(value)) return value.map((item) => `${name} ${JSON.stringify(item)}`);
    if (value === true || name.endsWith('Url')) return [name];
    if (name === 'storage') return storageTexts(value as NonNullable<VideoState['storage']>);
    if (name === 'stream') return [`stream ${Object.values(value as object).join('/')}`];
    if (name === 'recording')
      return [
        `recording ${Object.values(value as object)
          .map(timeText)
          .join(' to ')}`,
      ];
    return [`${name} ${name.endsWith('Time') ? timeText(value) : value}`];
  });
  const outputs = state.renditions.map(
    ({ definition, format, status, encrypted, audioOnly }) =>
      `rendition ${definition} ${format} ${status}${encrypted ? ' encrypted' : ''}${audioOnly ? ', sound alone' : ''}`,
  );
  return [...fields, ...outputs];
}

const storageTexts = (storage: NonNullable<VideoState['storage']>): readonly string[] =>
  Object.entries(storage).flatMap(([name, value]) =>
    value === null ? [] : [`storage ${name} ${typeof value === 'number' ? timeText(value) : value}`],
  );

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const timeText = (ms: unknown): string => new Date(ms as number).toISOString().replace('.000Z', 'Z');

const columns = '| body | read as | subject | status | known then | page |';
const rows = tableIn('callbacks.md', columns).map(
  ([name = '', as = '', subject = '', status = '', known = '', page = '']) => ({
    name: name.replaceAll('`', ''),
    readAs: as,
    subject,
    status,
    known: known === '–' ? [] : known.replaceAll('\\*', '*').split('; '),
    page,
  }),
);

describe('a documented body', () => {
  test('has a row of its own', () => {
    expect(rows.map(({ name }) => name).toSorted(byText)).toEqual([...documented.keys()].toSorted(byText));
    expect(documented.size).toBeGreaterThanOrEqual(70);
  });

  it.each(rows)('$name is read as $readAs', ({ name, page, known, ...promised }) => {
    const fixture = documented.get(name) as Documented;
    const { known: told, ...read } = readAs(fixture);
    expect({ name, ...read, known: [...told].toSorted(byText) }).toEqual({
      name,
      ...promised,
      known: [...known].toSorted(byText),
    });
    const path = page.replace(/^D21 /, '');
    expect(fixture.page).toMatch(new RegExp(`/${path}${page === path ? '' : '\\.md'}$`));
  });
});
