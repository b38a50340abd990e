import { orderFetch } from '../../cloud/media-orders.ts';
import type { Action } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { isRecord, matching, optional, type Params, required } from '../params.ts';

const mostUrls = 20;
/** How long a SessionId refuses a repeat. */
const rememberedMs = 10 * 60 * 1000;

/** UploadMediaByURL: every address becomes a video, told by UploadByURLComplete and FileUploadComplete. */
export const uploadMediaByUrl: Action = (params, context) => {
  const { cloud, clock, journal, knobs, region } = context;
  const sourceUrls = required(params, 'UploadURLs').split(',').map(decoded);
  if (sourceUrls.length > mostUrls || !sourceUrls.every((url) => /^https?:/.test(url) && URL.canParse(url))) {
    throw fault.invalidParameter('UploadURLs');
  }
  const sessionId = matching(params, 'SessionId', /^[A-Za-z0-9_-]{1,50}$/);
  const metadata = metadataOf(params);
  const wanted = sourceUrls.map((sourceUrl) => {
    const told = metadata.find(({ SourceURL }) => SourceURL === sourceUrl);
    const group = told?.TemplateGroupId ?? optional(params, 'TemplateGroupId') ?? knobs().defaultTemplateGroupId;
    const templateGroupId = String(group);
    if (!cloud.templateGroups.has(templateGroupId)) throw fault.noSuchResource(templateGroupId);
    return { sourceUrl, title: String(told?.Title ?? new URL(sourceUrl).pathname.split('/').at(-1)), templateGroupId };
  });
  if (sessionId !== null) {
    const usedMs = journal.uploadSessions.get(sessionId);
    if (usedMs !== undefined && clock.now() - usedMs < rememberedMs) {
      throw new ApiFault(knobs().repeatedSessionCode, 400, 'The specified SessionId was used within 10 minutes.');
    }
    journal.uploadSessions.set(sessionId, clock.now());
  }
  const UploadJobs = wanted.map((one) => {
    const number = journal.uploads++;
    return { JobId: orderFetch(cloud, { ...one, region, number }), SourceURL: one.sourceUrl };
  });
  return { UploadJobs };
};

function decoded(url: string): string {
  try {
    return decodeURIComponent(url.trim());
  } catch {
    throw fault.invalidParameter('UploadURLs');
  }
}

function metadataOf(params: Params): Readonly<Record<string, unknown>>[] {
  const text = optional(params, 'UploadMetadatas');
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every(isRecord)) return value;
  } catch {
    throw fault.invalidParameter('UploadMetadatas');
  }
  throw fault.invalidParameter('UploadMetadatas');
}
