import type { Platform } from '../../platform/host/index.ts';
import type { Logger, Metrics, Tracing } from '../../platform/telemetry/index.ts';
import { type RoleName, roleSettings } from '../../schemas/role-settings.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { RoleConfiguration } from '../environment.ts';

export type { RoleName };

/** What a role is given: everything from outside, nothing global. */
export type RoleContext<R extends RoleName> = {
  readonly configuration: RoleConfiguration<R>;
  readonly topic: (id: TopicId) => string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Undefined where no collector is configured. */
  readonly tracing?: Tracing | undefined;
  readonly platform: Platform;
  /** Aborts when the role is to stop; the role then finishes what it began and resolves. */
  readonly signal: AbortSignal;
  /** Tells what the role waits for before it is ready, in words; null once it is. */
  readonly waitingFor: (what: string | null) => void;
  /** Says what isn't as it should be though the role is ready, in words: a detail of `/readyz`; null where all is. */
  readonly note: (text: string | null) => void;
  /** Replaces the liveness check, which says true until then. */
  readonly liveness: (check: () => boolean) => void;
  /** What is wrong with this host's clock, in words; null where nothing is known to be. Keeps every role from being ready. */
  readonly clockTrouble: () => string | null;
  /** What keeps the other roles from being ready, as the supervisor last said; null without one. */
  readonly systemWaitingFor: () => string | null;
};

/** Runs until the signal aborts; rejects when it can't go on. */
export type Role<R extends RoleName> = (context: RoleContext<R>) => Promise<void>;

export const roleNames = Object.keys(roleSettings) as readonly RoleName[];
