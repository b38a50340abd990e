/** Events of what an AI found in a video: others that it resembles, and what it shows (cloud facts 1.4.19, 1.4.20). */
import type { SimilarVideo, VideoTag } from '../../schemas/generated/VideoState.ts';
import { emptyFact, type FreshFact, failed } from './event.ts';
import { type Body, compareText, cut, maxBytes, objectOf, objectsOf, shareOf, shortText, textOf } from './fields.ts';
import { textBytes } from './size.ts';

/** Most that is kept of one result. A tag is kept with as few bytes as its texts need, so their room is counted in bytes. */
export const maxSimilarVideos = 16;
export const maxTagBytes = 1_600;
const maxCategoryBytes = 32;

type Told = { readonly fact: FreshFact; readonly discriminator: readonly string[] };
type Identity = (body: Body) => readonly string[];

export const fingerprinted = (identity: Identity) =>
  resultOf(identity, (data) => ({ tagged: false, similarVideos: similarIn(data), tags: [] }));
export const tagged = (identity: Identity) =>
  resultOf(identity, (data) => ({ tagged: true, similarVideos: [], tags: tagsIn(data) }));

/** One that failed, or has no data, has no result, which is another thing than one in which nothing was found. */
function resultOf(identity: Identity, read: (data: Body) => FreshFact['content']): (body: Body) => Told {
  return (body) => {
    const data = failed({ status: textOf(body.Status)?.toLowerCase() ?? null }) ? null : objectOf(body.Data);
    const errorMessage = shortText(textOf(body.ErrorMessage) ?? body.Message, maxBytes.message);
    const content = data === null ? null : read(data);
    return { fact: { ...emptyFact, kind: 'OTHER', errorMessage, content }, discriminator: identity(body) };
  };
}

/** The most similar first; each once. */
function similarIn(data: Body): readonly SimilarVideo[] {
  const found = new Map<string, number | null>();
  for (const entry of objectsOf(data.VideoDNA)) {
    const videoId = shortText(entry.PrimaryKey, maxBytes.id);
    if (videoId === null) continue;
    const similarity = shareOf(entry.Similarity);
    const known = found.get(videoId) ?? null;
    found.set(videoId, similarity === null || (known !== null && known > similarity) ? known : similarity);
  }
  return [...found]
    .map(([videoId, similarity]) => ({ videoId, similarity }))
    .sort((a, b) => (b.similarity ?? -1) - (a.similarity ?? -1) || compareText(a.videoId, b.videoId))
    .slice(0, maxSimilarVideos);
}

/** What is seen most often first; each once. Whatever its list is called is the category. */
function tagsIn(data: Body): readonly VideoTag[] {
  const found = new Map<string, VideoTag>();
  for (const list of Object.keys(data)) {
    const category = cut(list, maxCategoryBytes);
    for (const entry of objectsOf(data[list])) {
      const name = shortText(entry.Tag, maxBytes.label);
      if (name === null) continue;
      const key = `${category}\n${name}`;
      const seen = (found.get(key)?.seen ?? 0) + timesIn(entry);
      found.set(key, { category, name, seen });
    }
  }
  const tags = [...found.values()].sort(
    (a, b) => b.seen - a.seen || compareText(a.category, b.category) || compareText(a.name, b.name),
  );
  let bytes = 0;
  return tags.filter((tag) => {
    bytes += tagBytes(tag);
    return bytes <= maxTagBytes;
  });
}

/** A category of the whole video has no times. */
function timesIn(entry: Body): number {
  const { Times } = entry;
  return Array.isArray(Times) ? Times.length : 0;
}

/** Upper bounds of an encoded tag and similar video. */
export const tagBytes = ({ category, name }: VideoTag): number => textBytes(category) + textBytes(name) + 5;
export const similarBytes = ({ videoId }: SimilarVideo): number => textBytes(videoId) + 9;
