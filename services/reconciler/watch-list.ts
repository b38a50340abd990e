import type { StreamRef, VideoState } from '../../schemas/generated/VideoState.ts';
import { type KnownVideo, knownVideo, type Need } from './needs.ts';

/** The videos that were heard of lately, and when to ask about those that miss something. */
export type WatchList = {
  learn(state: VideoState): void;
  forget(videoId: string): void;
  get(videoId: string): KnownVideo | null;
  /** Videos that are silent for too long and still need something, those silent for longest first; at most `most`. */
  due(nowMs: number, most: number): readonly KnownVideo[];
  /** A video was asked about: without news it is asked about half as often from now on, and at last no more. */
  asked(videoId: string, nowMs: number): void;
  /** A question got no answer, which says nothing about the video: others come first, and it waits as if it were silent from now on. */
  postpone(videoId: string, nowMs: number): void;
  /** This was published; it won't be again, though the state doesn't show it yet. */
  supplied(videoId: string, eventName: string): void;
  /** Streams that were heard of, with the region that their recordings lie in, each once. */
  streams(): readonly HeardStream[];
  readonly size: number;
};

export type HeardStream = StreamRef & { readonly region: string | null };

type Watched = { known: KnownVideo; asked: number; nextAtMs: number; supplied: Set<string> };

export type WatchListOptions = {
  /** How long a video may be silent, by its stream; milliseconds. */
  readonly silentAfterMs: (known: KnownVideo) => number;
  /** Questions without news until a video is left alone. Default 8: at 30 minutes the last one comes after two days. */
  readonly mostQuestions?: number;
  /** Videos remembered at most; the ones not heard of for longest are forgotten first. Default 200,000. */
  readonly mostVideos?: number;
};

export function watchList(options: WatchListOptions): WatchList {
  const mostQuestions = options.mostQuestions ?? 8;
  const mostVideos = options.mostVideos ?? 200_000;
  // In the order in which they were heard of last.
  const videos = new Map<string, Watched>();

  return {
    learn(state) {
      const known = knownVideo(state);
      const before = videos.get(known.videoId);
      videos.delete(known.videoId);
      const news = before === undefined || !sameNeeds(before.known.needs, known.needs);
      const asked = news ? 0 : before.asked;
      videos.set(known.videoId, {
        known,
        asked,
        nextAtMs: known.heardAtMs + options.silentAfterMs(known) * 2 ** asked,
        supplied: before?.supplied ?? new Set(),
      });
      if (videos.size <= mostVideos) return;
      for (const oldest of videos.keys()) {
        videos.delete(oldest);
        break;
      }
    },
    forget: (videoId) => void videos.delete(videoId),
    get(videoId) {
      const watched = videos.get(videoId);
      if (!watched) return null;
      if (watched.supplied.size === 0) return watched.known;
      return { ...watched.known, reported: new Set([...watched.known.reported, ...watched.supplied]) };
    },
    due(nowMs, most) {
      const due: KnownVideo[] = [];
      for (const [videoId, { known, asked, nextAtMs }] of videos) {
        if (due.length >= most) break;
        if (known.needs.length === 0 || asked >= mostQuestions || nextAtMs > nowMs) continue;
        due.push(this.get(videoId) ?? known);
      }
      return due;
    },
    asked(videoId, nowMs) {
      const watched = videos.get(videoId);
      if (!watched) return;
      watched.asked++;
      watched.nextAtMs = nowMs + options.silentAfterMs(watched.known) * 2 ** watched.asked;
    },
    postpone(videoId, nowMs) {
      const watched = videos.get(videoId);
      if (watched) watched.nextAtMs = nowMs + options.silentAfterMs(watched.known);
    },
    supplied: (videoId, eventName) => void videos.get(videoId)?.supplied.add(eventName),
    streams() {
      const streams = new Map<string, HeardStream>();
      for (const { known } of videos.values()) {
        const { stream, region } = known;
        if (stream === null) continue;
        const { domainName, appName, streamName } = stream;
        streams.set(`${region}/${domainName}/${appName}/${streamName}`, { domainName, appName, streamName, region });
      }
      return [...streams.values()];
    },
    get size() {
      return videos.size;
    },
  };
}

function sameNeeds(a: readonly Need[], b: readonly Need[]): boolean {
  return a.length === b.length && a.every((need, index) => need === b[index]);
}
