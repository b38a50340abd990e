import type { Rng } from '../random.ts';
import type { Fact, Likeness, Tags } from '../scenario/fact.ts';
import type { Cloud } from './cloud.ts';
import { happen } from './media-orders.ts';
import type { CloudVideo } from './video.ts';

/**
 * Compares a video with all that has been fingerprinted into the library, then adds it; done in 20 s to 2 minutes. Alike
 * are those of which one is part of the other: cycles, and the film that is made of them.
 */
export function orderFingerprint(cloud: Cloud, video: CloudVideo, library: string): string {
  const rng = cloud.chance('fingerprint', video.plan.videoId, video.orders.length);
  const jobId = rng.hex(32);
  const like = [...cloud.videos.values()]
    .filter((other) => other !== video && other.occurred.some(({ fact }) => isIn(library, fact)))
    .flatMap((other) => likenessOf(cloud, video, other));
  return analysed(cloud, video, rng, 'fingerprint', { kind: 'fingerprinted', jobId, library, like });
}

/** What a machine sees in a video; done in 20 s to 2 minutes. */
export function orderTags(cloud: Cloud, video: CloudVideo): string {
  const { videoId, durationSeconds } = video.plan;
  const rng = cloud.chance('tags', videoId, video.orders.length);
  const jobId = rng.hex(32);
  const seenMs = () => Array.from({ length: rng.int(1, 5) }, () => rng.int(0, Math.floor(durationSeconds)) * 1000);
  const tags: Tags = {
    Category: [{ tag: 'Sports', seenMs: [] }],
    Keyword: ['Ball', 'Goal'].map((tag) => ({ tag, seenMs: seenMs() })),
    Location: [{ tag: 'Stadium', seenMs: seenMs() }],
  };
  return analysed(cloud, video, rng, 'tags', { kind: 'tagged', jobId, tags });
}

type Result = Extract<Fact, { readonly kind: 'fingerprinted' | 'tagged' }>;

function analysed(cloud: Cloud, video: CloudVideo, rng: Rng, of: 'fingerprint' | 'tags', result: Result): string {
  const { jobId } = result;
  const seconds = rng.int(20, 120);
  const fact: Fact = rng.chance(cloud.knobs().aiFailRate) ? { kind: 'analysis-failed', jobId, of } : result;
  happen(cloud, video, seconds, fact, (createdMs) => video.orders.push({ kind: of, jobId, createdMs }));
  return jobId;
}

function isIn(library: string, fact: CloudVideo['occurred'][number]['fact']): boolean {
  return fact.kind === 'fingerprinted' && fact.library === library;
}

function likenessOf(cloud: Cloud, { plan: here }: CloudVideo, { plan: there }: CloudVideo): readonly Likeness[] {
  const { videoId } = there;
  const startHere = startIn(cloud, here, videoId);
  const startThere = startIn(cloud, there, here.videoId);
  if (startHere === null && startThere === null) return [];
  const seconds = Math.min(here.durationSeconds, there.durationSeconds);
  const similarity = seconds / Math.max(here.durationSeconds, there.durationSeconds);
  return [{ videoId, similarity, seconds, startHere: startHere ?? 0, startThere: startThere ?? 0 }];
}

/** Where in a film one of those that it is made of begins, in seconds; null: it isn't part of it. */
function startIn(cloud: Cloud, { madeOf = [] }: CloudVideo['plan'], part: string): number | null {
  const at = madeOf.indexOf(part);
  if (at < 0) return null;
  return madeOf.slice(0, at).reduce((sum, id) => sum + (cloud.videos.get(id)?.plan.durationSeconds ?? 0), 0);
}
