import type { Cloud } from '../cloud/cloud.ts';
import { exists } from '../cloud/video.ts';
import type { Delivery } from '../delivery/courier.ts';
import type { LiveNotice } from '../delivery/live-notifier.ts';
import { type BillLine, billOf } from './bill.ts';
import { analysesOf, type OrderedAnalysis } from './content.ts';
import { type DeliveryCounts, deliveryCounts } from './deliveries.ts';
import type { ApiCall, Journal, SubmittedJob, SubmittedProduction, SubmittedWorkflow } from './journal.ts';
import { type LedgerSession, ledgerSessions } from './session.ts';
import { type LedgerVideo, ledgerVideo } from './video.ts';

/** What truly happened: the oracle. All times are epoch ms. */
export type Ledger = {
  readonly videos: readonly LedgerVideo[];
  readonly sessions: readonly LedgerSession[];
  /** Transcodes, productions and runs of workflows that users started, each once, however often they asked. */
  readonly jobs: readonly SubmittedJob[];
  readonly productions: readonly SubmittedProduction[];
  readonly workflows: readonly SubmittedWorkflow[];
  /** DNA and tag jobs that users ordered, by video in the order of asking. */
  readonly analyses: readonly OrderedAnalysis[];
  readonly calls: readonly ApiCall[];
  readonly bill: readonly BillLine[];
  readonly totals: DeliveryCounts;
  /** Live's own record callbacks, in the order in which they were due. */
  readonly liveNotices: readonly LiveNotice[];
};

/** The ledger as of now, from what has come true so far. */
export function ledgerOf(
  cloud: Cloud,
  journal: Journal,
  deliveries: readonly Delivery[],
  liveNotices: readonly LiveNotice[],
): Ledger {
  const byVideo = Map.groupBy(deliveries, (delivery) => delivery.videoId);
  const known = [...cloud.videos.values()].filter(exists);
  const videos = known.map((video) => ledgerVideo(video, byVideo.get(video.plan.videoId) ?? []));
  return {
    videos,
    sessions: ledgerSessions(cloud.sessions.values(), videos),
    jobs: journal.jobs,
    productions: [...journal.productions],
    workflows: [...journal.workflows],
    analyses: known.flatMap(analysesOf),
    calls: [...journal.calls],
    bill: billOf(known),
    totals: deliveryCounts(deliveries),
    liveNotices: liveNotices.map((notice) => ({ ...notice })),
  };
}
export type { BillLine } from './bill.ts';
export type { DeliveryCounts } from './deliveries.ts';
export { type ApiCall, Journal, type ShownTime, type SubmittedJob, type SubmittedProduction } from './journal.ts';
export type { LedgerRendition } from './renditions.ts';
export type { LedgerSession } from './session.ts';
export { showsOf } from './shows.ts';
export type { LedgerVideo, TimelineLine } from './video.ts';
