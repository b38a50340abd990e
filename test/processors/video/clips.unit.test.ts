/** What a clip's events make of its video, and of the stand-in that its request is about (docs/clips.md). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInternalEvent, type InternalEvent } from '../../../processors/callback/index.ts';
import { standInOf } from '../../../processors/composition-token.ts';
import { check } from '../../support/property.ts';
import { at, atMs, type CallbackBody, sourceReady, transcoded } from '../callbacks.ts';
import { run } from '../run-topology.ts';

const token = 'lvk-0123456789abcdef0123456789abcdef-0';
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const about = { region: null, token, stream, sessionId: 'play.example.com/live/room-42/2026-03-01T09:30:00.000Z' };
const shown = { fromMs: atMs(-660), toMs: atMs(-540), title: 'goal' };
const parts = [
  { videoId: 'a', inSeconds: 1140, outSeconds: null },
  { videoId: 'b', inSeconds: 0, outSeconds: 60.5 },
];
type Told = { readonly body: CallbackBody; readonly source: string };
const said = (event: InternalEvent): Told => {
  const { body, source } = encodeInternalEvent(event);
  return { body, source };
};
const cloud = (body: CallbackBody): Told => ({ body, source: 'http' });

const request = said({
  ...{ type: 'OperatorClipRequest', videoId: standInOf(token), atMs: atMs(10), ...about, templateGroupId: 'g' },
  clip: { ...shown, parts },
});
const ofJob = { ...about, attempt: 1, segmentVideoIds: [], clip: shown };
const taken = said({
  type: 'ComposeJobAcknowledged',
  templateGroupId: null,
  videoId: 'clip',
  atMs: atMs(12),
  ...ofJob,
});
const ended = (type: 'ComposeJobFailed' | 'ComposeJobInDoubt') =>
  said({
    ...{ type, videoId: standInOf(token), atMs: atMs(12), ...ofJob },
    ...{ errorCode: 'InvalidParameter', errorMessage: 'no such part' },
  });
const produced = (Status: string) =>
  cloud({
    ...{ EventType: 'ProduceMediaComplete', EventTime: at(60), MediaId: 'clip', Status, ProjectId: 'p' },
    ...(Status === 'fail' ? { ErrorCode: 'ProduceFailed', ErrorMessage: 'no' } : {}),
  });
const ready = cloud(sourceReady(61, { VideoId: 'clip' }));

function told(...events: readonly Told[]) {
  let state: ReturnType<typeof run>['state'] = null;
  const facts = [];
  for (const { body, source } of events) {
    const step = run([body], { from: state, headers: { source } });
    state = step.state;
    facts.push(...step.facts);
  }
  return { state, fact: facts.at(-1) };
}

describe('the request', () => {
  it('stands for a video that there is none of, and tells its stream what is wanted', () => {
    const { state, fact } = told(request);
    expect(state).toMatchObject({ subject: 'COMPOSITION', kind: 'UNKNOWN', status: 'ANNOUNCED', stream, jobs: [] });
    expect(fact?.composeJob).toBeNull();
    expect(fact?.clip).toEqual({
      ...{ token, state: 'REQUESTED', errorCode: null, from: shown.fromMs, to: shown.toMs, title: 'goal' },
      ...{ templateGroupId: 'g', requestedAt: atMs(10), parts, errorMessage: null, finishedAt: null },
    });
  });

  it('asked again, at whatever time, is the same', () => {
    const again = { ...request, body: { ...request.body, EventTime: at(500) } };
    expect(told(request, again).state?.timeline).toHaveLength(1);
  });

  it.each(['ComposeJobFailed', 'ComposeJobInDoubt'] as const)('keeps what was wanted after %s', (type) => {
    const state = type === 'ComposeJobFailed' ? 'FAILED' : 'IN_DOUBT';
    const wanted = { templateGroupId: 'g', requestedAt: atMs(10), parts };
    const finishedAt = state === 'FAILED' ? atMs(12) : null;
    const why = { errorCode: 'InvalidParameter', errorMessage: 'no such part', finishedAt };
    for (const events of [
      [request, ended(type)],
      [ended(type), request],
    ])
      expect(told(...events).fact?.clip).toMatchObject({ state, ...why, ...wanted });
  });

  it('without a time that can be read is none', () => {
    const clip = request.body.Clip as object;
    const { fact } = told({ ...request, body: { ...request.body, Clip: { ...clip, From: 'soon' } } });
    expect(fact).toMatchObject({ stream, clip: null });
  });

  it('counts from an operator alone', () => {
    expect(told({ ...request, source: 'http' }).fact).toBeUndefined();
  });

  it('has at most 40 parts', () => {
    const many = { ...(request.body.Clip as object), Parts: Array(41).fill({ VideoId: 'a', In: 1 }) };
    expect(told({ ...request, body: { ...request.body, Clip: many } }).fact?.clip?.parts).toHaveLength(40);
  });
});

describe('the video', () => {
  it('is no composed one, and its stream is told what it shows', () => {
    const { state, fact } = told(taken, produced('success'), ready);
    expect(state).toMatchObject({
      kind: 'UPLOAD',
      subject: 'VIDEO',
      status: 'SOURCE_READY',
      stream,
      composeStartTime: null,
    });
    expect(fact).toMatchObject({ kind: 'UPLOAD', composeJob: null, composeStartTime: null });
    expect(fact?.clip).toEqual({
      ...{ token, state: 'ACKNOWLEDGED', errorCode: null, from: shown.fromMs, to: shown.toMs, title: 'goal' },
      ...{ templateGroupId: null, requestedAt: null, parts: [], errorMessage: null, finishedAt: atMs(61) },
    });
    expect(told(taken, produced('success')).fact?.clip).toMatchObject({ finishedAt: null });
  });

  it('that could not be produced has failed, with the cloud’s error', () => {
    const { state, fact } = told(taken, produced('fail'));
    expect(state).toMatchObject({ status: 'FAILED', errorCode: 'ProduceFailed' });
    const clip = { state: 'ACKNOWLEDGED', errorCode: 'ProduceFailed', errorMessage: 'no', finishedAt: atMs(60) };
    expect(fact).toMatchObject({ status: 'FAILED', clip });
  });

  it('is the same in any order', () => {
    const all = [taken, produced('success'), ready, cloud(transcoded(90, [], { VideoId: 'clip' }))];
    const { state } = told(...all);
    check(
      'one clip in any order',
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(told(...order).state).toEqual(state);
      }),
      24,
    );
  });
});
