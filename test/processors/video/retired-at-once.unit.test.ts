// A stranger's record without timestamp and header tells no time of receipt: its video was due to retire since 1970.
import { expect, it } from 'vitest';
import { parseCallback } from '../../../processors/callback/index.ts';
import { defaultPolicy } from '../../../processors/policy/index.ts';
import { evolve, retirementDueAtMs } from '../../../processors/video/index.ts';

const happenedAtMs = Date.UTC(2026, 2, 1, 10);
const dayMs = 86_400_000;

function after(eventTime: string, receivedAtMs: number) {
  const body = { EventType: 'FileUploadComplete', EventTime: eventTime, VideoId: 'v', Status: 'success' };
  const parsed = parseCallback(Buffer.from(JSON.stringify(body)), { source: 'http', receivedAtMs, region: null });
  if (parsed.kind === 'unparsable') throw new Error(parsed.reason);
  const evolved = evolve(null, parsed.event);
  if (!evolved.changed) throw new Error(evolved.result);
  return retirementDueAtMs(evolved.state, defaultPolicy);
}

it('a video whose events tell no time of receipt stays as long as one that was received when they happened', () => {
  const due = after('2026-03-01T10:00:00Z', 0);
  expect(due).toBe(after('2026-03-01T10:00:00Z', happenedAtMs));
  expect(due).toBeGreaterThanOrEqual(happenedAtMs + defaultPolicy.retentionDays * dayMs);
});

it('the time of receipt counts where there is one', () => {
  expect(after('2026-03-01T10:00:00Z', happenedAtMs + 5 * dayMs)).toBe(
    after('2026-03-01T10:00:00Z', happenedAtMs) + 5 * dayMs,
  );
});
