/**
 * `live2vod bench growth`: what costs more as there is more of it, as curves: videos in the stores, partitions, events of a
 * video, segments of a session, sessions of a stream. Most of it in this process, without Kafka.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaSettings } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { judged, type Outcome, type Verdict } from './budgets.ts';
import type { Grown } from './growth/curve.ts';
import { videosByEvents } from './growth/events.ts';
import { type GrowthPart, growthParts } from './growth/parts.ts';
import { productByPartitions, productByVideos } from './growth/product.ts';
import { sessionsBySegments, streamsBySessions } from './growth/sessions.ts';
import { storesByVideos } from './growth/stores.ts';

export type GrowthOptions = {
  readonly kafka: KafkaSettings;
  readonly registryUrl: string;
  /** For stores and states; nothing is left in it. */
  readonly folder: string;
  /** This part alone. */
  readonly only?: GrowthPart;
  /** The largest number of videos. Default 5,000,000. */
  readonly videos?: number;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
};

export type GrowthResult = Outcome & {
  readonly parts: Readonly<Record<string, Omit<Grown, 'svg' | 'budgets'> & Verdict>>;
};

const eventCounts = [5, 20, 100, 200];
const segmentCounts = [1, 5, 10, 20, 40];
const sessionCounts = [1, 10, 100, 1_000];
const partitionCounts = [6, 24, 96];
const videoCounts = [10_000, 100_000, 1_000_000, 5_000_000];

export async function benchGrowth(options: GrowthOptions): Promise<GrowthResult> {
  const { only, print } = options;
  await mkdir(options.folder, { recursive: true });
  const wanted = growthParts.filter((part) => only === undefined || part === only);
  const parts: Record<string, Omit<Grown, 'svg' | 'budgets'> & Verdict> = {};
  const svg: Record<string, string> = {};
  for (const part of wanted) {
    options.signal.throwIfAborted();
    const beganMs = systemClock.monotonicMs();
    print(`${part} …`);
    const { svg: plots, budgets, ...grown } = await measurementOf(part, options);
    console.table(grown.figures);
    parts[part] = { ...grown, ...judged(budgets, print) };
    for (const [name, plot] of Object.entries(plots)) svg[name === '' ? part : `${part}-${name}`] = plot;
    print(`${part}: ${((systemClock.monotonicMs() - beganMs) / 1_000).toFixed(0)} s`);
  }
  return { parts, passed: Object.values(parts).every(({ passed }) => passed), svg };
}

function measurementOf(part: GrowthPart, o: GrowthOptions): Promise<Grown> {
  const most = o.videos ?? Math.max(...videoCounts);
  const sizes = [...videoCounts.filter((count) => count < most), most];
  switch (part) {
    case 'events':
      return videosByEvents(eventCounts);
    case 'segments':
      return sessionsBySegments(segmentCounts);
    case 'sessions':
      return streamsBySessions(sessionCounts);
    case 'stores':
      return storesByVideos({ ...o, sizes });
    case 'videos':
      return productByVideos({ ...o, sizes, folder: join(o.folder, 'states') });
    case 'partitions':
      return productByPartitions({ ...o, counts: partitionCounts });
  }
}
