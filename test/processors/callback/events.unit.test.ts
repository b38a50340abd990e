import { describe, expect, it } from 'vitest';
import { parseCallback, type Subject, subjectOf } from '../../../processors/callback/index.ts';
import { at, atMs, bytesOf, event, parse, rendition, streamTranscoded, transcoded, videoId } from '../callbacks.ts';

const body = (EventType: string, more: object = {}) => ({
  EventType,
  EventTime: at(5),
  VideoId: videoId,
  Status: 'success',
  ...more,
});

describe('reading an event', () => {
  it('takes numbers, booleans and times however they are typed', () => {
    const { fact } = event(
      streamTranscoded(5, {
        ...rendition('job-1', 'HD'),
        Bitrate: 1452,
        Fps: '23.976',
        Duration: '154.0',
        Encrypt: 0,
        Width: '1280',
        Size: '208153210',
        StartTime: at(1),
        FinishTime: '2026-03-01T10:00:04:500Z',
      }),
    );
    expect(fact.outputs[0]).toMatchObject({
      bitrateKbps: 1452,
      fps: 23.976,
      durationSeconds: 154,
      encrypted: false,
      width: 1280,
      sizeBytes: 208_153_210,
      startTime: atMs(1),
      finishTime: atMs(4.5),
    });
  });

  it.each([
    [[rendition('job-1', 'HD')]],
    [JSON.stringify([rendition('job-1', 'HD')])],
    [rendition('job-1', 'HD')],
    [[JSON.stringify(rendition('job-1', 'HD'))]],
  ])('takes StreamInfos as a list, as JSON, or alone', (StreamInfos) => {
    expect(event(body('TranscodeComplete', { StreamInfos })).fact.outputs).toMatchObject([{ definition: 'HD' }]);
  });

  it('takes either spelling of an address, and keys with spaces', () => {
    expect(event(body('FileUploadComplete', { FileURL: 'http://b/x.mp4' })).fact.fileUrl).toBe('http://b/x.mp4');
    const padded = { EventType: 'UploadByURLComplete', 'EventTime ': at(5), 'JobId ': 'j', ' ErrorCode': 'E.1' };
    expect(event(padded)).toMatchObject({ subjectId: 'job:j', entry: { jobId: 'j', errorCode: 'E.1' } });
  });

  it('reads an audit whether its data is an object or JSON', () => {
    for (const Data of [{ Suggestion: 'block' }, JSON.stringify({ Suggestion: 'block', Label: 'porn' })])
      expect(event(body('AIMediaAuditComplete', { JobId: 'j', Data, Code: '0' }))).toMatchObject({
        fact: { kind: 'MACHINE_AUDIT', audit: 'BLOCKED' },
        entry: { errorCode: null },
      });
  });

  it('takes a FileUploadComplete without a Status, as it was sent for years', () => {
    expect(event(body('FileUploadComplete', { Status: undefined })).entry.status).toBeNull();
  });

  it('drops an address that is too long rather than cutting it, and cuts a long message at a character', () => {
    const { fact } = event(
      body('FileUploadComplete', { FileUrl: `http://b/${'x'.repeat(800)}`, ErrorMessage: '视'.repeat(200) }),
    );
    expect(fact.fileUrl).toBeNull();
    expect(fact.errorMessage).toBe('视'.repeat(85));
  });

  it.each([
    ['{"EventType":"A"', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['', 'empty body'],
    ['{}', 'no EventType'],
    ['{"EventType":"FileUploadComplete","EventTime":"2026-03-01T10:00:00Z"}', 'no subject id'],
    ['{"EventType":"FileUploadComplete","VideoId":"a"}', 'FileUploadComplete without a usable EventTime'],
    ['  ', 'empty body'],
    [`{"EventType":"X","VideoId":"${'a'.repeat(257)}"}`, 'subject id too long'],
  ])('refuses %s', (text, reason) => {
    const bytes = new TextEncoder().encode(text);
    const parsed = parseCallback(bytes, { source: 'http', receivedAtMs: 1, region: null });
    expect(parsed).toEqual({ kind: 'unparsable', reason });
  });

  it('refuses bytes that are no UTF-8', () => {
    const bytes = new Uint8Array([...bytesOf({ EventType: 'X', VideoId: 'a' }).slice(0, -2), 0xff, 0x22, 0x7d]);
    expect(parseCallback(bytes, { source: 'http', receivedAtMs: 1, region: null })).toMatchObject({
      reason: 'not UTF-8',
    });
  });
});

describe('the subject of an event', () => {
  it.each<[object, string]>([
    [{ VideoId: 'v', MediaId: 'm' }, 'v'],
    [{ MediaId: 'm', ImageId: 'i' }, 'm'],
    [{ ImageId: 'i', AttachedMediaId: 'a' }, 'i'],
    [{ AttachedMediaId: 'a', JobId: 'j' }, 'a'],
    [{ TaskInput: '{"Media":"t"}', JobId: 'j' }, 't'],
    [{ TaskInput: { Media: 't' } }, 't'],
    [{ JobId: 'j' }, 'job:j'],
    [{ VideoId: ' ', MediaId: 'm' }, 'm'],
  ])('of %j is %s', (ids, subjectId) => {
    expect(subjectOf(bytesOf({ EventType: 'X', ...ids }))).toEqual({ ok: true, subjectId, eventType: 'X' });
  });

  it('is missing where no id is', () => {
    const answer: Subject = subjectOf(bytesOf({ EventType: 'X' }));
    expect(answer).toMatchObject({ ok: false, reason: expect.stringContaining('no subject id: none of VideoId') });
  });

  it('has at most 256 characters, for the ingress as for the parser', () => {
    const [longest, longer] = ['a'.repeat(256), 'a'.repeat(257)].map((VideoId) => ({ EventType: 'X', VideoId }));
    expect(subjectOf(bytesOf(longest))).toMatchObject({ ok: true });
    expect(subjectOf(bytesOf(longer))).toEqual({ ok: false, reason: 'subject id of 257 characters: at most 256' });
    expect(parse({ EventType: 'X', VideoId: 'a'.repeat(256) }).kind).toBe('unknown');
  });

  it('is none where there is no body to read', () => {
    expect(subjectOf(new TextEncoder().encode('{'))).toEqual({ ok: false, reason: 'not JSON' });
  });

  it('is the text that a Kafka key can hold', () => {
    expect(subjectOf(bytesOf({ EventType: 'X', VideoId: 'a\ud800' }))).toMatchObject({ subjectId: 'a\ufffd' });
  });
});

describe('the identity of an event', () => {
  const idOf = (one: { EventType: string }): string => event(one).entry.eventId;
  const hd = rendition('job-hd', 'HD');
  const ld = rendition('job-ld', 'LD');

  it('is that of the job, whenever and however often it is sent', () => {
    expect(idOf(streamTranscoded(9, hd))).toBe(idOf(streamTranscoded(8, hd)));
    expect(idOf(streamTranscoded(9, hd))).not.toBe(idOf(streamTranscoded(9, ld)));
  });

  it('is another one for a second manual transcode of the same video', () => {
    const again = rendition('job-hd-2', 'HD');
    expect(idOf(transcoded(9, [hd, ld]))).toBe(idOf(transcoded(9, [ld, hd])));
    expect(idOf(transcoded(9, [hd]))).not.toBe(idOf(transcoded(9, [again])));
    expect(idOf(transcoded(9, [], { Status: 'fail' }))).not.toBe(idOf(transcoded(10, [], { Status: 'fail' })));
  });

  it('tells a success from a failure, and an upload from a later one', () => {
    expect(idOf(body('AddLiveRecordVideoComplete'))).not.toBe(
      idOf(body('AddLiveRecordVideoComplete', { Status: 'fail' })),
    );
    expect(idOf(body('FileUploadComplete'))).not.toBe(idOf(body('FileUploadComplete', { EventTime: at(6) })));
  });

  it('never changes from release to release: stored states and replays rely on it', () => {
    expect(idOf(body('AddLiveRecordVideoComplete'))).toBe('5ffb50ca5d8eafd5a78319c347c8971d');
    expect(idOf(streamTranscoded(9, hd))).toBe('b545f0edeec2aed7e773b61e77ae72dc');
    expect(idOf(transcoded(9, [hd, ld]))).toBe('1adebd78c9f1b75f5f65cd26531cf387');
    expect(idOf(body('FileUploadComplete'))).toBe('cebd9fc55b06cb8f560da89d5c977aaf');
  });

  it('of an unknown type is all that it says', () => {
    expect(idOf(body('New', { a: 1, b: [2] }))).toBe(idOf(JSON.parse(JSON.stringify(body('New', { b: [2], a: 1 })))));
    expect(idOf(body('New', { a: 1 }))).not.toBe(idOf(body('New', { a: 2 })));
  });

  it('of an internal event can only come from its sender', () => {
    const request = { EventType: 'OperatorTranscodeRequest', EventTime: at(5), VideoId: videoId, IdempotencyKey: 'k' };
    const forged = parse(request, 'http');
    const real = parse(request, 'operator');
    if (forged.kind === 'unparsable' || real.kind === 'unparsable') throw new Error('both must parse');
    expect(forged.kind).toBe('unknown');
    expect(forged.event.entry.eventId).not.toBe(real.event.entry.eventId);
  });
});
