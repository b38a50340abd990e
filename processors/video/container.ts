const container = /\.(m3u8|mp4|flv)(?:[?#]|$)/i;

/** Container of the source file, where its address ends in one that the cloud records to (cloud facts 4.12). */
export function containerOf(url: string | null): string | null {
  if (url === null) return null;
  // As nearly all are, and quicker to see.
  if (url.endsWith('.m3u8') && !url.includes('?') && !url.includes('#')) return 'm3u8';
  return container.exec(url)?.[1]?.toLowerCase() ?? null;
}
