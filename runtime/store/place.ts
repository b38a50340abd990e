import { crc32 } from 'node:zlib';

/** Where a value lies: bytes of a value file. */
export type Place = { readonly file: number; readonly offset: number; readonly length: number };

/** A place as the index has it: four numbers of 32 bits, the last one the checksum of key and value. */
export const placeBytes = 16;

/** The key counts too, so that a value found under another key doesn't pass. */
export const checksumOf = (storedKey: string | Uint8Array, value: Uint8Array): number => crc32(value, crc32(storedKey));

export function encodePlace({ file, offset, length }: Place, checksum: number): Buffer {
  const bytes = Buffer.allocUnsafe(placeBytes);
  bytes.writeUInt32LE(file);
  bytes.writeUInt32LE(offset, 4);
  bytes.writeUInt32LE(length, 8);
  bytes.writeUInt32LE(checksum, 12);
  return bytes;
}

/** Null for what is no place. */
export function decodePlace(bytes: Buffer): Place | null {
  if (bytes.length !== placeBytes) return null;
  return { file: bytes.readUInt32LE(), offset: bytes.readUInt32LE(4), length: bytes.readUInt32LE(8) };
}

export const checksumIn = (place: Buffer): number => place.readUInt32LE(12);
