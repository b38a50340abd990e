/** What an upload or an analysis that failed says of the video (docs/video-status.md, cloud facts 1.4.3, 1.4.10). */
import { describe, expect, it } from 'vitest';
import {
  type CallbackBody,
  composeStart,
  failedRendition,
  named,
  recorded,
  rendition,
  sourceReady,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

const [ld, badLd] = [rendition('job-ld', 'LD'), failedRendition('job-ld', 'LD')];
const of = (type: string, seconds: number, more: object = {}) => named(type, seconds, { Status: 'success', ...more });

describe('what failed', () => {
  const told = { Status: 'fail', ErrorCode: 'InternalError', ErrorMessage: 'disk full' };
  const analysisFailed = of('VideoAnalysisComplete', 9, told);
  const shown = { errorCode: 'InternalError', errorMessage: 'disk full' };
  const hidden = { errorCode: null, errorMessage: null };

  it.each<[string, readonly CallbackBody[], object]>([
    ['the upload of a segment', [recorded(4), sourceReady(6, told)], { kind: 'SEGMENT', ...shown }],
    ['the upload of a film', [composeStart(4), sourceReady(6, told)], { kind: 'COMPOSED', ...shown }],
    ['any upload', [sourceReady(6, told)], { kind: 'UNKNOWN', ...shown }],
    ['an upload that worked later', [recorded(4), sourceReady(6, told), sourceReady(9)], hidden],
    ['an analysis', [recorded(4), sourceReady(6), analysisFailed], { status: 'SOURCE_READY', ...shown }],
    ['an analysis that worked later', [recorded(4), analysisFailed, of('VideoAnalysisComplete', 12)], hidden],
    ['an analysis, and it can be played', [recorded(4), analysisFailed, transcoded(60, [ld])], hidden],
    [
      'an analysis, and the transcode',
      [recorded(4), analysisFailed, transcoded(60, [badLd], { Status: 'fail' })],
      { errorCode: badLd.ErrorCode, errorMessage: badLd.ErrorMessage },
    ],
  ])('%s', (_, bodies, sees) => {
    for (const order of [bodies, bodies.toReversed()]) expect(run(order).state).toMatchObject(sees);
  });
});
