import type { Platform } from '../../connectors/platform/index.ts';
import type { Logger, Metrics, Tracing } from '../../connectors/telemetry/index.ts';
import type { TopicId } from '../../schemas/topics.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Configuration } from '../environment.ts';

/** What a role is given: everything from outside, nothing global. */
export type RoleContext = {
  readonly configuration: Configuration;
  readonly endpoints: Endpoints;
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
  /** Replaces the liveness check, which says true until then. */
  readonly liveness: (check: () => boolean) => void;
  /** What keeps the other roles from being ready, as the supervisor last said; null without one. */
  readonly systemWaitingFor: () => string | null;
};

/** Runs until the signal aborts; rejects when it can't go on. */
export type Role = (context: RoleContext) => Promise<void>;

export const roleNames = [
  'ingress',
  'processor',
  'jobs',
  'sink',
  'console',
  'reconciler',
  'clickhouse',
  'mns',
] as const;
export type RoleName = (typeof roleNames)[number];
