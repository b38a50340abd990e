import { cloudTime } from '../../cloud/body.ts';
import type { CloudVideo } from '../../cloud/video.ts';
import type { Action, ActionContext } from '../action.ts';
import { fault } from '../errors.ts';
import { integer, optional } from '../params.ts';
import { shownStatus, videosHere } from './lookup.ts';
import { createdMs } from './media.ts';

type Term = { readonly field: string; readonly values: readonly string[]; readonly isRange: boolean };

/**
 * SearchMedia over videos (cloud facts 3.2). `Match` is a conjunction of `Field = 'x'`, `Field in ('x','y')` and
 * `Field = ('from','to')`; a Title matches where it contains the text. Recordings have MediaSource live, compositions
 * and productions editing.
 */
export const searchMedia: Action = (params, context) => {
  if ((params.SearchType || 'video') !== 'video') throw fault.invalidParameter('SearchType');
  const terms = termsOf(optional(params, 'Match') ?? '');
  const pageNo = integer(params, 'PageNo', { from: 1, to: 200, otherwise: 1 });
  const pageSize = integer(params, 'PageSize', { from: 1, to: 100, otherwise: 10 });
  const oldestFirst = (params.SortBy ?? 'CreationTime:Desc') === 'CreationTime:Asc';
  const indexedBefore = context.clock.now() - context.knobs().searchLagMs;
  const found = videosHere(context)
    .filter(({ occurred }) => (occurred[0]?.reachedWallMs ?? Number.POSITIVE_INFINITY) <= indexedBefore)
    .filter((video) => terms.every((term) => fits(video, term, context)))
    .sort((a, b) => (createdMs(a) - createdMs(b)) * (oldestFirst ? 1 : -1));
  const page = found.slice((pageNo - 1) * pageSize, pageNo * pageSize);
  return { Total: found.length, MediaList: page.map((video) => describe(video, context)) };
};

function describe(video: CloudVideo, context: ActionContext) {
  const { videoId: VideoId, title: Title } = video.plan;
  const CreationTime = cloudTime(createdMs(video));
  const Status = shownStatus(video, context);
  return { MediaId: VideoId, MediaType: 'video', CreationTime, Video: { VideoId, Title, Status, CreationTime } };
}

const term = /^(\w+)\s*(=|in)\s*(?:'([^']*)'|\(([^)]*)\))$/;

function termsOf(match: string): Term[] {
  if (match.trim() === '') return [];
  return match.split(/\sand\s/i).map((text) => {
    const [, field, operator, one, many] = term.exec(text.trim()) ?? [];
    if (field === undefined) throw fault.invalidParameter('Match');
    const values =
      one === undefined ? (many ?? '').split(',').map((value) => value.trim().replace(/^'|'$/g, '')) : [one];
    return { field, values, isRange: operator === '=' && one === undefined };
  });
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
      throw fault.invalidParameter('Match');
  }
}
