/** A source that plays as it is: decided once, at any age, whatever the order, and by our own acknowledgement. */
import { describe, expect, it } from 'vitest';
import {
  atMs,
  composeStart,
  jobEvent,
  named,
  recorded,
  rendition,
  sourceReady,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { bookOf, run, templateGroupId } from '../run-topology.ts';

const asItIs = bookOf([{ segments: { transcode: 'none' }, composed: { transcode: 'none' } }]);
const byCloud = bookOf([]);
const day = 86_400;

describe('what nobody transcodes', () => {
  it('plays from its upload on, and says that it is left as it is', () => {
    for (const bodies of [
      [recorded(4), sourceReady(6)],
      [sourceReady(6), recorded(4)],
    ]) {
      const { state, jobs, facts } = run(bodies, { policies: asItIs });
      expect(state).toMatchObject({
        ...{ status: 'PLAYABLE', sourcePlays: true, firstPlayableTime: atMs(6), transcodedTime: null },
        jobs: [{ decision: 'CLOUD', state: 'DECIDED', leftAsIs: true, templateGroupId: null, plannedAt: null }],
      });
      expect(jobs).toEqual([]);
      expect(facts.at(-1)).toMatchObject({ status: 'PLAYABLE', sourceOnly: 'FOR_GOOD' });
    }
  });

  it('is decided at any age', () => {
    const { state } = run([recorded(4), sourceReady(6)], { policies: asItIs, now: 6 * day });
    expect(state).toMatchObject({ status: 'PLAYABLE', sourcePlays: true, notStarted: [], jobs: [{ leftAsIs: true }] });
  });

  it('is transcoded where a person asks, once, and plays meanwhile', () => {
    const request = named('OperatorTranscodeRequest', 60, { TemplateGroupId: templateGroupId, IdempotencyKey: 'a' });
    const { state, jobs, facts } = run([recorded(4), sourceReady(6), request], { policies: asItIs, now: 60 });
    expect(jobs).toMatchObject([{ templateGroupId, generation: 1 }]);
    expect(state).toMatchObject({ status: 'PLAYABLE' });
    expect(facts.at(-1)).toMatchObject({ sourceOnly: 'MEANWHILE' });
  });
});

describe('a decision that was taken', () => {
  it.each([
    ['left as it is', asItIs, byCloud, 'PLAYABLE', true],
    ['left to the cloud', byCloud, asItIs, 'SOURCE_READY', false],
  ])('stays, whatever the policy says later: %s', (_, first, later, status, sourcePlays) => {
    const before = run([recorded(4), sourceReady(6)], { policies: first }).state;
    const { state } = run([named('SnapshotComplete', 9, { CoverUrl: 'http://c/1' })], {
      policies: later,
      from: before,
    });
    expect(state).toMatchObject({ status, sourcePlays, firstPlayableTime: sourcePlays ? atMs(6) : null });
  });

  it('of an earlier release is left as it was', () => {
    const { state: before } = run([recorded(4), sourceReady(6)], { policies: byCloud });
    const from = before && { ...before, sourcePlays: null };
    const { state } = run([named('SnapshotComplete', 9, { CoverUrl: 'http://c/1' })], { policies: asItIs, from });
    expect(state).toMatchObject({ status: 'SOURCE_READY', sourcePlays: null });
  });

  it('is not taken before it is known for a recording whose source is ready', () => {
    for (const bodies of [[recorded(4)], [sourceReady(6)], [composeStart(4)]])
      expect(run(bodies, { policies: asItIs }).state).toMatchObject({ sourcePlays: null, firstPlayableTime: null });
  });
});

describe('a source that plays until it is transcoded', () => {
  const policies = bookOf([{ segments: { transcode: 'approval', sourcePlays: true, templateGroupId } }]);

  it('plays meanwhile, and its renditions after that', () => {
    const waiting = run([recorded(4), sourceReady(6)], { policies });
    expect(waiting.state).toMatchObject({
      status: 'PLAYABLE',
      jobs: [{ state: 'AWAITING_APPROVAL', leftAsIs: false }],
    });
    expect(waiting.facts.at(-1)).toMatchObject({ sourceOnly: 'MEANWHILE' });
    const playing = run([streamTranscoded(50, rendition('j', 'LD'))], { policies, from: waiting.state });
    expect(playing.state).toMatchObject({ status: 'PLAYABLE', firstPlayableTime: atMs(6) });
    expect(playing.facts.at(-1)).toMatchObject({ sourceOnly: 'NO' });
    const { state } = run([transcoded(60, [rendition('j', 'LD')])], { policies, from: playing.state });
    expect(state).toMatchObject({ status: 'TRANSCODED', firstPlayableTime: atMs(6), transcodedTime: atMs(60) });
  });

  it('plays no more once it is deleted', () => {
    const gone = named('DeleteMediaComplete', 90, { DeleteType: 'mezzanine' });
    expect(run([recorded(4), sourceReady(6), gone], { policies }).state).toMatchObject({
      status: 'DELETED',
      firstPlayableTime: atMs(6),
    });
  });
});

describe('what we had composed', () => {
  const ours = (TemplateGroupId?: string) =>
    jobEvent('ComposeJobAcknowledged', 4, 'token', {
      ...{ DomainName: 'play.example.com', AppName: 'live', StreamName: 'room-42' },
      ...(TemplateGroupId === undefined ? {} : { TemplateGroupId }),
    });

  it('plays as it is where that is how we ordered it, whatever the policy says', () => {
    expect(run([ours('VOD_NO_TRANSCODE'), sourceReady(6)], { policies: byCloud }).state).toMatchObject({
      ...{ status: 'PLAYABLE', sourcePlays: true, firstPlayableTime: atMs(6) },
    });
    for (const other of [ours('another'), ours()])
      expect(run([other, sourceReady(6)], { policies: byCloud }).state).toMatchObject({
        ...{ status: 'SOURCE_READY', sourcePlays: false },
      });
  });
});
