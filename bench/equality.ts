/** Whether two implementations of the video processor ended with the same outputs, entity by entity. */

/** What one side wrote, decoded: the last state per video, its last fact for each stream, all jobs per token. */
export type Outputs = {
  readonly states: ReadonlyMap<string, unknown>;
  readonly facts: ReadonlyMap<string, unknown>;
  readonly jobs: ReadonlyMap<string, readonly unknown[]>;
};

/**
 * Fields that differ by nature: the wall clock when the decision was taken. Everything else must be equal.
 */
const byWallClock: ReadonlySet<string> = new Set(['jobs[].decidedAt', 'jobs[].plannedAt', 'plannedAt']);

/** The differences, one line each: which entity, where, both values. Empty: equal. At most `most`, then how many more. */
export function differencesOf(ours: Outputs, theirs: Outputs, most = 10): string[] {
  const lines: string[] = [];
  let count = 0;
  const tell = (line: string) => {
    count += 1;
    if (lines.length < most) lines.push(line);
  };
  compareMaps('state', ours.states, theirs.states, tell);
  compareMaps('stream facts', ours.facts, theirs.facts, tell);
  compareMaps('job', ours.jobs, theirs.jobs, tell);
  if (count > lines.length) lines.push(`and ${count - lines.length} more`);
  return lines;
}

function compareMaps(
  what: string,
  ours: ReadonlyMap<string, unknown>,
  theirs: ReadonlyMap<string, unknown>,
  tell: (line: string) => void,
): void {
  for (const [key, value] of ours) {
    if (!theirs.has(key)) tell(`${what} ${key}: only ours`);
    else {
      const at = firstDifference(value, theirs.get(key), '');
      if (at !== null) tell(`${what} ${key}: ${at}`);
    }
  }
  for (const key of theirs.keys()) if (!ours.has(key)) tell(`${what} ${key}: only theirs`);
}

/** Where two plain values differ first, with both; null where they don't. */
function firstDifference(a: unknown, b: unknown, path: string): string | null {
  if (a === b || byWallClock.has(path.replace(/^\[\d+\]\.?/, '').replace(/\[\d+\]/g, '[]'))) return null;
  if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
    if (Array.isArray(a) !== Array.isArray(b)) return `${path}: a list and none`;
    if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length)
      return `${path}: ${a.length} and ${b.length} items`;
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const inner = Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      const found = firstDifference(a[key as keyof typeof a], b[key as keyof typeof b], inner);
      if (found !== null) return found;
    }
    return null;
  }
  return `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
}
