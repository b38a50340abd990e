/** What a `TranscodeJob` orders, as one union; written and read here alone. */
import type {
  AuditOrder,
  CoverOrder,
  DnaOrder,
  SnapshotOrder,
  TagsOrder,
  TranscodeJob,
  TranscodeOrder,
  WorkflowOrder,
} from '../../schemas/generated/TranscodeJob.ts';

/** What a rule orders before, or next to, a transcode: an audit; a snapshot, and then its picture as the cover; DNA; tags. */
export type StepOrder =
  | ({ readonly kind: 'AUDIT' } & AuditOrder)
  | ({ readonly kind: 'SNAPSHOT' } & SnapshotOrder)
  | ({ readonly kind: 'COVER' } & CoverOrder)
  | ({ readonly kind: 'DNA' } & DnaOrder)
  | ({ readonly kind: 'TAGS' } & TagsOrder);

export type Order =
  | ({ readonly kind: 'TRANSCODE' } & TranscodeOrder)
  | ({ readonly kind: 'WORKFLOW' } & WorkflowOrder)
  | StepOrder;

type OrderFields = Pick<TranscodeJob, 'templateGroupId' | 'priority' | 'step' | 'order'>;

/** The template group that runners of release 0.1.0 find in all but a transcode: the cloud refuses it as unknown. */
const noTemplateGroup = 'NOT_A_TRANSCODE';

/** The fields of a command that say what it orders, those for runners of earlier releases included. */
export function orderFields(order: Order): OrderFields {
  switch (order.kind) {
    case 'TRANSCODE': {
      const { templateGroupId, priority } = order;
      return {
        templateGroupId,
        priority,
        step: null,
        order: { 'live2vod.TranscodeOrder': { templateGroupId, priority } },
      };
    }
    case 'WORKFLOW':
      return { ...noTranscode, order: { 'live2vod.WorkflowOrder': { workflowId: order.workflowId } } };
    case 'AUDIT': {
      const { templateId } = order;
      return { ...noTranscode, order: { 'live2vod.AuditOrder': { templateId } } };
    }
    case 'SNAPSHOT': {
      const { templateId, offsetMs } = order;
      return { ...noTranscode, order: { 'live2vod.SnapshotOrder': { templateId, offsetMs } } };
    }
    case 'COVER':
      return { ...noTranscode, order: { 'live2vod.CoverOrder': { coverUrl: order.coverUrl } } };
    case 'DNA':
      return { ...noTranscode, order: { 'live2vod.DnaOrder': { dnaDbId: order.dnaDbId } } };
    case 'TAGS':
      return { ...noTranscode, order: { 'live2vod.TagsOrder': { analyseTypes: order.analyseTypes } } };
  }
}

const noTranscode = { templateGroupId: noTemplateGroup, priority: null, step: null } as const;

/** What a command orders, whichever release wrote it. */
export function orderOf({ order, step, templateGroupId, priority }: OrderFields): Order {
  if (order === null) return step === null ? { kind: 'TRANSCODE', templateGroupId, priority } : step;
  if ('live2vod.TranscodeOrder' in order) return { kind: 'TRANSCODE', ...order['live2vod.TranscodeOrder'] };
  if ('live2vod.WorkflowOrder' in order) return { kind: 'WORKFLOW', ...order['live2vod.WorkflowOrder'] };
  if ('live2vod.AuditOrder' in order) return { kind: 'AUDIT', ...order['live2vod.AuditOrder'] };
  if ('live2vod.DnaOrder' in order) return { kind: 'DNA', ...order['live2vod.DnaOrder'] };
  if ('live2vod.TagsOrder' in order) return { kind: 'TAGS', ...order['live2vod.TagsOrder'] };
  if ('live2vod.CoverOrder' in order) return { kind: 'COVER', ...order['live2vod.CoverOrder'] };
  return { kind: 'SNAPSHOT', ...order['live2vod.SnapshotOrder'] };
}
