// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import type { AvroSource } from '../../avro-source.ts';
import type { ComposeJob, StreamRef, ClipOrder, ClipPart } from '../ComposeJob.ts';

export function readComposeJob(from: AvroSource): ComposeJob {
  return {
    token: from.text(),
    sessionId: from.text(),
    stream: readStreamRef(from),
    videoIds: readListOfString(from),
    templateGroupId: from.textOrNull(),
    region: from.textOrNull(),
    generation: from.int(),
    plannedAt: from.long(),
    clip: from.some() ? readClipOrder(from) : null,
  };
}

function readClipOrder(from: AvroSource): ClipOrder {
  return {
    title: from.text(),
    from: from.long(),
    to: from.long(),
    parts: readListOfClipPart(from),
  };
}

function readListOfClipPart(from: AvroSource) {
  const items: ClipPart[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(readClipPart(from));
  return items;
}

function readClipPart(from: AvroSource): ClipPart {
  return {
    videoId: from.text(),
    inSeconds: from.double(),
    outSeconds: from.doubleOrNull(),
  };
}

function readListOfString(from: AvroSource) {
  const items: string[] = [];
  for (let left = from.block(); left > 0; left = from.block())
    for (; left > 0; left -= 1) items.push(from.text());
  return items;
}

function readStreamRef(from: AvroSource): StreamRef {
  return {
    domainName: from.text(),
    appName: from.text(),
    streamName: from.text(),
  };
}
