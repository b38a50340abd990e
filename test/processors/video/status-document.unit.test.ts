/**
 * The rules of docs/video-status.md, read from the document: each row of its table has worked histories, and no history is
 * without a row. A history is what happened to a video; every order of hearing of it must lead to the row's status.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check } from '../../support/property.ts';
import {
  type CallbackBody,
  composeStart,
  failedRendition,
  jobEvent,
  named,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/video-status.md'), 'utf8');
const rows = [...text.matchAll(/^\| (\d+) \| (.+) \| `([A-Z_]+)`(?:, errorCode `(\w+)`)? \|$/gm)].map(
  ([, number, rule, status, errorCode]) => ({ number: Number(number), rule, status, errorCode }),
);

const ld = rendition('job-ld', 'LD');
const hd = rendition('job-hd', 'HD');
const badHd = failedRendition('job-hd', 'HD');
const badLd = failedRendition('job-ld', 'LD');
const ready = [recorded(4), sourceReady(6)];
const done = [...ready, streamTranscoded(50, ld), streamTranscoded(60, hd), transcoded(61, [ld, hd])];
const failed = (type: string, seconds: number, more: object = {}): CallbackBody =>
  named(type, seconds, { Status: 'fail', ErrorCode: 'E.Bad', ...more });
const worked = (type: string, seconds: number, more: object = {}): CallbackBody =>
  named(type, seconds, { Status: 'success', ...more });
const deleted = (DeleteType: string, seconds = 90, more: object = {}): CallbackBody =>
  worked('DeleteMediaComplete', seconds, { DeleteType, MediaType: 'video', ...more });
const byPerson = (seconds: number, AuditStatus: string): CallbackBody =>
  worked('CreateAuditComplete', seconds, { AuditStatus, Reason: 'r' });
const byMachine = (seconds: number, Suggestion: string, more: object = {}): CallbackBody =>
  worked('AIMediaAuditComplete', seconds, { JobId: `a-${seconds}`, Data: { Suggestion }, ...more });
const acknowledged = jobEvent('TranscodeJobAcknowledged', 40, 'token', { JobIds: ['job-ld', 'job-hd'] });
const damaged = transcoded(20, [], { Status: 'fail', ErrorCode: 'E.Bad' });
const nothingNamed = transcoded(20, []);

/** By row: what happened. */
const histories: Readonly<Record<number, readonly (readonly CallbackBody[])[]>> = {
  1: [[...done, deleted('all')], [deleted('all')], [...ready, byPerson(7, 'Blocked'), deleted('all')]],
  2: [
    [...done, byPerson(80, 'Blocked')],
    [...ready, byMachine(80, 'block')],
    [...done, byPerson(80, 'Blocked'), byMachine(85, 'pass')],
    [...done, byMachine(70, 'pass'), byMachine(80, 'block')],
  ],
  3: [
    [...ready, streamTranscoded(50, ld)],
    [...ready, acknowledged, streamTranscoded(50, ld), transcoded(55, [ld])],
    [...ready, transcoded(51, [ld]), streamTranscoded(60, hd)],
  ],
  4: [
    [...ready, streamTranscoded(50, ld), streamTranscoded(60, badHd), transcoded(61, [ld, badHd])],
    [transcoded(61, [ld, badHd])],
  ],
  5: [
    done,
    [transcoded(61, [ld, hd])],
    [...done, deleted('mezzanine')],
    // The same label failed, and then succeeded.
    [...ready, transcoded(50, [ld, badHd]), transcoded(70, [rendition('job-hd-2', 'HD')])],
    // A verdict that lets it pass, one that lifts a block, and one of an audit that failed.
    [...done, byPerson(70, 'Blocked'), byPerson(80, 'Normal')],
    [...done, byMachine(70, 'block'), byPerson(80, 'Normal')],
    [...done, byMachine(70, 'block', { Status: 'fail' })],
    [...done, byMachine(70, 'review')],
    [...done, failed('DeleteMediaComplete', 90, { DeleteType: 'all' })],
    // The stream that failed was deleted.
    [...ready, transcoded(61, [ld, badHd]), deleted('stream', 90, { JobIds: 'job-hd' })],
  ],
  6: [
    [...ready, acknowledged],
    [...ready, streamTranscoded(50, badHd)],
    [...ready, acknowledged, transcoded(55, [badLd])],
  ],
  7: [
    [...ready, streamTranscoded(50, badLd), transcoded(61, [badLd, badHd], { Status: 'fail' })],
    [...ready, damaged],
    [damaged],
  ],
  8: [[...ready, nothingNamed], [nothingNamed]],
  9: [
    [...ready, deleted('mezzanine')],
    [sourceReady(6), deleted('mezzanine', 6)],
  ],
  10: [
    ready,
    [composeStart(4), sourceReady(6)],
    [worked('UploadByURLComplete', 6, { JobId: 'u' })],
    [...ready, deleted('mezzanine', 20), sourceReady(30)],
    [...done, deleted('stream', 90, { JobIds: 'job-ld,job-hd' })],
    [recorded(4, { Status: 'fail' }), sourceReady(6)],
    [...ready, snapshot(9)],
  ],
  11: [
    [recorded(4, { Status: 'fail', ErrorCode: 'E.Bad' })],
    [composeStart(4, { Status: 'fail', ErrorCode: 'E.Bad' })],
    [composeStart(4), failed('ProduceMediaComplete', 9)],
    [failed('UploadByURLComplete', 6, { JobId: 'u' })],
    [jobEvent('ComposeJobFailed', 6, 'token', { ErrorCode: 'E.Bad' })],
  ],
  12: [
    [recorded(4)],
    [recorded(4), snapshot(9)],
    [recorded(4), failed('UploadByURLComplete', 6, { JobId: 'u' })],
    [recorded(4), failed('FileUploadComplete', 6)],
    [recorded(4), failed('TranscodeNothingKnown', 9)],
  ],
  13: [
    [composeStart(4)],
    [composeStart(4), failed('ProduceMediaComplete', 9), worked('ProduceMediaComplete', 19)],
    [snapshot(9)],
    [deleted('stream', 9, { JobIds: 'job-ld' })],
    [worked('VideoAnalysisComplete', 9, { Size: '7' })],
  ],
};

describe('the status of a video, as documented', { timeout: 600_000 }, () => {
  it('has a table of which each row has a history, and each history a row', () => {
    expect(rows.map((row) => row.number)).toEqual(rows.map((_, i) => i + 1));
    expect(rows.length).toBeGreaterThan(0);
    expect(Object.keys(histories).map(Number)).toEqual(rows.map((row) => row.number));
  });

  it.each(rows)('row $number: $rule', ({ number, status, errorCode }) => {
    for (const history of histories[number] ?? [])
      check(
        `row ${number} in any order`,
        fc.property(fc.shuffledSubarray([...history], { minLength: history.length }), (arrival) => {
          const { state } = run(arrival);
          const what = history.map((body) => body.EventType).join();
          expect(state?.status, what).toBe(status);
          if (errorCode !== undefined) expect(state?.errorCode, what).toBe(errorCode);
        }),
        25,
      );
  });
});
