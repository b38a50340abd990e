/** What an event says that its id names (cloud facts 1.2.1, 1.4.11), and where it was delivered. */
import { expect, it } from 'vitest';
import { parseCallback } from '../../../processors/callback/index.ts';
import { at, bytesOf, startMs } from '../callbacks.ts';

const factOf = (body: object, region: string | null = null) => {
  const parsed = parseCallback(bytesOf({ EventTime: at(0), ...body }), {
    source: 'http',
    receivedAtMs: startMs,
    region,
  });
  if (parsed.kind === 'unparsable') throw new Error(parsed.reason);
  return parsed.event.fact;
};

it.each<[object, string | null]>([
  [{ EventType: 'ImageUploadComplete', ImageId: 'i' }, 'IMAGE'],
  [{ EventType: 'AttachedMediaUploadComplete', AttachedMediaId: 'a' }, 'ATTACHED_MEDIA'],
  [{ EventType: 'DeleteMediaComplete', MediaId: 'm', MediaType: 'image' }, 'IMAGE'],
  [{ EventType: 'DeleteMediaComplete', MediaId: 'm', MediaType: 'Attached' }, 'ATTACHED_MEDIA'],
  [{ EventType: 'DeleteMediaComplete', MediaId: 'm', MediaType: 'video' }, null],
  [{ EventType: 'DeleteMediaComplete', MediaId: 'm' }, null],
  // A video's id outweighs all others, and MediaType is that of MediaId alone.
  [{ EventType: 'DeleteMediaComplete', VideoId: 'v', MediaId: 'm', MediaType: 'image' }, null],
  [{ EventType: 'DeleteMediaComplete', MediaId: 'm', ImageId: 'i' }, null],
  [{ EventType: 'FileUploadComplete', VideoId: 'v', ImageId: 'i' }, null],
  [{ EventType: 'New', ImageId: 'i', AttachedMediaId: 'a', MediaType: 'attached' }, 'IMAGE'],
  [{ EventType: 'UploadByURLComplete', JobId: 'j' }, null],
])('%j names a %s', (body, subject) => {
  expect(factOf(body)).toMatchObject({ subject, region: null });
  expect(factOf(body, 'cn-shanghai')).toMatchObject({ subject, region: 'cn-shanghai' });
});
