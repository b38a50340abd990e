/** `GET /api/jobs`: what was decided about transcodes and what became of it, newest video first. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { JobLedgerEntry } from '../../schemas/generated/VideoState.ts';
import { cursorParameter, inList, limitParameter, parseQuery } from './parse.ts';
import { type StateRouteOptions, withFreshness } from './routes-states.ts';

export const jobQuery = z.strictObject({
  state: z.string().max(200).optional().describe('One or several states of a job, comma separated'),
  decision: z.string().max(60).optional().describe('Who transcodes: CLOUD, PIPELINE or APPROVAL, comma separated'),
  stream: z.string().max(600).optional().describe('`domain/app/stream`'),
  cursor: cursorParameter.optional(),
  limit: limitParameter.describe('Most videos of a page; a video may have several jobs'),
});

export function addJobRoute(app: FastifyInstance, options: StateRouteOptions): void {
  app.get('/api/jobs', async (request, reply) => {
    const query = parseQuery(jobQuery, request.query);
    const wanted = (job: JobLedgerEntry) => inList(query.state, job.state) && inList(query.decision, job.decision);
    const position = options.view.position();
    const page = await options.view.list('video-state', query, (video) => video.jobs.some(wanted));
    const items = page.items.flatMap(({ videoId, kind, status, stream, jobs }) =>
      jobs.filter(wanted).map((job) => ({ videoId, kind, status, stream, job })),
    );
    return withFreshness(options, reply, position).send({ items, next: page.next });
  });
}
