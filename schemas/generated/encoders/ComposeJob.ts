// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.

import { type AvroSink, listOf } from '../../avro-sink.ts';
import type { ComposeJob, StreamRef, ClipOrder, ClipPart } from '../ComposeJob.ts';

export function writeComposeJob(out: AvroSink, value: ComposeJob): void {
  out.text(value.token);
  out.text(value.sessionId);
  writeStreamRef(out, value.stream);
  {
    const items = listOf(value.videoIds);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      out.text(item);
    }
    out.end();
  }
  out.textOrNull(value.templateGroupId);
  out.textOrNull(value.region);
  out.int(value.generation);
  out.long(value.plannedAt);
  if (value.clip === null) {
    out.branch(0);
  } else {
    out.branch(1);
    writeClipOrder(out, value.clip);
  }
}

function writeClipOrder(out: AvroSink, value: ClipOrder): void {
  out.text(value.title);
  out.long(value.from);
  out.long(value.to);
  {
    const items = listOf(value.parts);
    if (items.length > 0) out.items(items.length);
    for (let i = 0; i < items.length; i += 1) {
      const item = items[i] as (typeof items)[number];
      writeClipPart(out, item);
    }
    out.end();
  }
}

function writeClipPart(out: AvroSink, value: ClipPart): void {
  out.text(value.videoId);
  out.double(value.inSeconds);
  out.doubleOrNull(value.outSeconds);
}

function writeStreamRef(out: AvroSink, value: StreamRef): void {
  out.text(value.domainName);
  out.text(value.appName);
  out.text(value.streamName);
}
