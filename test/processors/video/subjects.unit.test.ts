/** What an id names (docs/video-status.md, "What the id names"), from all that is said of it, in any order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { check } from '../../support/property.ts';
import { at, type CallbackBody, rendition } from '../callbacks.ts';
import { run } from '../run-topology.ts';

const of = (EventType: string, more: object): CallbackBody => ({
  EventType,
  EventTime: at(5),
  Status: 'success',
  ...more,
});
const image = of('ImageUploadComplete', { ImageId: 'i' });
const attached = of('AttachedMediaUploadComplete', { AttachedMediaId: 'i' });
const changed = (MediaType: string) => of('MediaBaseChangeComplete', { MediaId: 'i', MediaType });
const deleted = (MediaType: string) => of('DeleteMediaComplete', { MediaId: 'i', MediaType });

it.each<[string, readonly CallbackBody[], string]>([
  ['an image', [image], 'IMAGE'],
  ['an image, by its change', [changed('image')], 'IMAGE'],
  ['an image, by its deletion, whatever isn’t said', [deleted('image'), deleted('')], 'IMAGE'],
  ['an attached file', [attached, deleted('attached')], 'ATTACHED_MEDIA'],
  ['one that is called both: the first by name', [image, attached, changed('image')], 'ATTACHED_MEDIA'],
  ['one of which nothing says more', [deleted('video'), of('New', { VideoId: 'i' })], 'VIDEO'],
  // What there is of a video alone outweighs what it is called.
  ...[
    'AddLiveRecordVideoComplete',
    'LiveRecordVideoComposeStart',
    'ComposeJobAcknowledged',
    'UploadByURLComplete',
    'ProduceMediaComplete',
    'VideoAnalysisComplete',
    'TranscodeComplete',
    'FileUploadComplete',
  ].map((type): [string, readonly CallbackBody[], string] => [type, [image, of(type, { VideoId: 'i' })], 'VIDEO']),
  ['a rendition', [image, of('StreamTranscodeComplete', { VideoId: 'i', ...rendition('j', 'LD') })], 'VIDEO'],
  // And what there is of both doesn't.
  ...['SnapshotComplete', 'CreateAuditComplete', 'NotKnownYetComplete', 'ComposeJobFailed'].map(
    (type): [string, readonly CallbackBody[], string] => [type, [image, of(type, { VideoId: 'i' })], 'IMAGE'],
  ),
])('%s', (_, bodies, subject) => {
  check(
    'one subject in any order',
    fc.property(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), (order) => {
      expect(run(order.map((body) => ({ ...body }))).state?.subject).toBe(subject);
    }),
    10,
  );
});

it.each([
  ['compose:t', 'COMPOSITION'],
  ['job:t', 'JOB'],
  ['compose', 'VIDEO'],
  ['job', 'VIDEO'],
  ['my-job:1', 'VIDEO'],
])('%s is a %s', (VideoId, subject) => {
  expect(run([of('AddLiveRecordVideoComplete', { VideoId })]).state?.subject).toBe(subject);
});
