import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { KnobChanges } from '../knobs.ts';
import type { Emulator } from '../options.ts';
import { NotRecorded } from '../plays.ts';
import { practices, profiles } from '../scenario/practice.ts';
import { storyNames } from '../scenario/story-names.ts';
import { builtInTemplateGroups } from '../scenario/templates.ts';
import { mishaps } from './mishaps.ts';

/** What the control API can do. */
export type Control = Pick<Emulator, 'play' | 'addVideo' | 'progress' | 'ledger' | 'knobs' | 'turn' | 'misbehave'>;

const region = z.string().min(1);

const name = z.string().min(1).max(256);
const stream = z
  .strictObject({ domain: name.optional(), app: name, stream: name })
  .transform(({ domain: domainName, app: appName, stream: streamName }) => ({ domainName, appName, streamName }));

const playBody = z
  .strictObject({
    practices: z.array(z.enum(practices)).min(1),
    stories: z.array(z.enum(storyNames)),
    streams: z.array(stream).min(1).max(100),
    shows: z.int().min(1).max(10_000),
    seed: z.int(),
    compression: z.number().positive(),
    showSeconds: z.int().min(60),
    endsAtMs: z.int().positive(),
    live: z.boolean(),
    region,
  })
  .partial();

const videoBody = z.strictObject({ durationSeconds: z.number().positive(), title: z.string(), region }).partial();

const mishapBody = z.strictObject({ action: z.string().min(1), next: z.array(z.enum(mishaps)).min(1) });

/**
 * `/_emulator/`: POST plays, POST videos, GET progress, GET ledger, GET and PATCH knobs, POST mishaps, GET profiles.
 * A body that doesn't fit is answered 400 with the field at fault, and changes nothing.
 */
export function registerControl(app: FastifyInstance, control: Control): void {
  app.post('/_emulator/plays', ({ body }, reply) =>
    checked(reply, () => reply.code(201).send(control.play(playBody.parse(body ?? {})))),
  );
  app.post('/_emulator/videos', ({ body }, reply) =>
    checked(reply, () => reply.code(201).send({ videoId: control.addVideo(videoBody.parse(body ?? {})) })),
  );
  app.post('/_emulator/mishaps', ({ body }, reply) =>
    checked(reply, () => {
      const { action, next } = mishapBody.parse(body ?? {});
      control.misbehave(action, next);
      return reply.code(204).send();
    }),
  );
  app.get('/_emulator/knobs', () => control.knobs());
  app.patch('/_emulator/knobs', ({ body }, reply) =>
    checked(reply, () => reply.send(control.turn((body ?? {}) as KnobChanges))),
  );
  app.get('/_emulator/progress', () => control.progress());
  app.get('/_emulator/ledger', () => control.ledger());
  app.get('/_emulator/profiles', () => ({ profiles, templateGroups: builtInTemplateGroups }));
}

function checked(reply: FastifyReply, run: () => FastifyReply): FastifyReply {
  try {
    return run();
  } catch (error) {
    if (error instanceof NotRecorded) return reply.code(400).send({ error: error.message });
    if (error instanceof z.ZodError) return reply.code(400).send({ error: z.prettifyError(error) });
    throw error;
  }
}
