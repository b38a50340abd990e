import { createHash } from 'node:crypto';
import { cloudTime } from '../../cloud/body.ts';
import type { CloudVideo } from '../../cloud/video.ts';
import type { Action, ActionContext } from '../action.ts';
import { ApiFault, fault } from '../errors.ts';
import { integer, matching, optional } from '../params.ts';
import { shownStatus, videosHere } from './lookup.ts';
import { invalidMatch, parseMatch, type Term } from './match.ts';
import { createdMs } from './media.ts';

/** Pages that are found without a ScrollToken, and hits that are ever found so (cloud facts 3.2.6). */
const mostPages = 200;
const mostHits = 5000;

/**
 * SearchMedia over videos (cloud facts 3.2). A Title matches where it contains the text. Recordings have MediaSource
 * live, compositions and productions editing. The token of an answer names the search: with it every page is found.
 */
export const searchMedia: Action = (params, context) => {
  if ((params.SearchType || 'video') !== 'video') throw fault.invalidParameter('SearchType');
  const groups = parseMatch(optional(params, 'Match') ?? '');
  const pageNo = integer(params, 'PageNo', { from: 1, to: 1_000_000, otherwise: 1 });
  const pageSize = integer(params, 'PageSize', { from: 1, to: 100, otherwise: 10 });
  const sortBy =
    matching(params, 'SortBy', /^CreationTime:(Asc|Desc)(,CreationTime:(Asc|Desc)){0,2}$/) ?? 'CreationTime:Desc';
  const token = tokenOf([params.Match ?? '', String(pageSize), sortBy]);
  const scrolls = optional(params, 'ScrollToken') !== null;
  if (scrolls && sortBy.includes(',')) throw manySortFields();
  if (scrolls && params.ScrollToken !== token) throw expiredToken();
  if (!scrolls && pageNo > mostPages) throw tooFar();
  const indexedBefore = context.clock.now() - context.knobs().searchLagMs;
  const found = videosHere(context)
    .filter(({ occurred }) => (occurred[0]?.reachedWallMs ?? Number.POSITIVE_INFINITY) <= indexedBefore)
    .filter((video) => groups.some((terms) => terms.every((term) => fits(video, term, context))))
    .sort((a, b) => (createdMs(a) - createdMs(b)) * (sortBy.startsWith('CreationTime:Asc') ? 1 : -1));
  const last = scrolls ? found.length : mostHits;
  const page = found.slice((pageNo - 1) * pageSize, Math.min(last, pageNo * pageSize));
  const MediaList = page.map((video) => describe(video, context));
  return { Total: found.length, MediaList, ...(found.length > 0 ? { ScrollToken: token } : {}) };
};

/** The codes of the operation's own page (cloud facts 3.2.9). */
const expiredToken = () =>
  new ApiFault('InvalidScrollToken.Expired', 400, 'The ScrollToken is expired,please refresh it.');
const manySortFields = () =>
  new ApiFault('SortByExceededMax', 400, 'The SortBy parameter only supports one sort field when traversing all data.');

const tooFar = () =>
  new ApiFault('InvalidParameter.PageNo', 400, `Pages after ${mostPages} are found with a ScrollToken only.`);

/** 32 characters that tell one search from another. */
function tokenOf(search: readonly string[]): string {
  return createHash('md5').update(JSON.stringify(search)).digest('hex');
}

function describe(video: CloudVideo, context: ActionContext) {
  const { videoId: VideoId, title: Title } = video.plan;
  const CreationTime = cloudTime(createdMs(video));
  const Status = shownStatus(video, context);
  return { MediaId: VideoId, MediaType: 'video', CreationTime, Video: { VideoId, Title, Status, CreationTime } };
}

function fits(video: CloudVideo, { field, values, isRange }: Term, context: ActionContext): boolean {
  const { plan } = video;
  const [first = '', last = ''] = values;
  switch (field) {
    case 'VideoId':
    case 'MediaId':
      return values.includes(plan.videoId);
    case 'Title':
      return values.some((value) => plan.title.toLowerCase().includes(value.toLowerCase()));
    case 'Status':
      return values.includes(shownStatus(video, context));
    case 'MediaSource':
      return values.includes(plan.kind === 'SEGMENT' ? 'live' : 'editing');
    case 'CreationTime': {
      const created = cloudTime(createdMs(video));
      return isRange ? created >= first && created <= last : values.includes(created);
    }
    default:
      throw invalidMatch(field);
  }
}
