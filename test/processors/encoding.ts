/** Avro as the changelog uses it, without a registry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

export function schemaType(name: string, folder = 'avro'): avro.Type {
  const path = join(import.meta.dirname, '../../schemas', folder, `${name}.avsc`);
  return avro.Type.forSchema(JSON.parse(readFileSync(path, 'utf8')) as avro.Schema);
}

export const videoStateType = schemaType('VideoState');

export function encode(state: VideoState): Buffer {
  return videoStateType.toBuffer(state);
}

export function decode(bytes: Buffer): VideoState {
  return videoStateType.fromBuffer(bytes) as VideoState;
}

export const throughTheLog = (state: VideoState): VideoState => decode(encode(state));

/** The encoded state without the two things that may depend on arrival. */
export function comparable(state: VideoState | null): string {
  if (state === null) return '';
  const timeline = state.timeline.map((entry) => ({ ...entry, receivedAt: 0, source: '' }));
  return encode({ ...state, timeline }).toString('hex');
}
