import { crc32 } from 'node:zlib';

const sealBytes = 4;

/** A value with its checksum behind it. The key counts too, so that a value found under another key doesn't pass. */
export function sealed(key: string, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(value.length + sealBytes);
  bytes.set(value);
  bytes.writeUInt32LE(crc32(value, crc32(key)), value.length);
  return bytes;
}

/** The value again, over the same memory; null where a bit of it, its key or its checksum isn't as it was. */
export function unsealed(key: string, bytes: Buffer): Buffer | null {
  const length = bytes.length - sealBytes;
  if (length < 0) return null;
  const value = bytes.subarray(0, length);
  return bytes.readUInt32LE(length) === crc32(value, crc32(key)) ? value : null;
}
