import * as zlib from 'node:zlib';
// As a whole: of the names of this CommonJS package plain Node.js finds only some, and these are not among them.
import kafkajs from 'kafkajs';

type Codec = {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
};

/**
 * Teaches kafkajs to read zstd where Node.js has it (22.15 and newer); gzip it reads by itself, snappy and lz4 it doesn't.
 * A codec that the application has set stays.
 */
export function readZstd(): void {
  const { zstdCompressSync, zstdDecompressSync } = zlib;
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const codecs = CompressionCodecs as Record<number, () => Codec>;
  if (zstdDecompressSync === undefined || known(codecs[CompressionTypes.ZSTD])) return;
  codecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }) => zstdCompressSync(buffer),
    decompress: async (buffer) => zstdDecompressSync(buffer),
  });
}

/** What kafkajs has in its place throws as soon as it is asked for. */
function known(codec: (() => Codec) | undefined): boolean {
  try {
    return codec?.() !== undefined;
  } catch {
    return false;
  }
}
