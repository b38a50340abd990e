import { header } from './topics.ts';

const maxErrorLength = 500;

/** Where a message may fail: the header `stage`. */
export const deadLetterStages = [
  'ingress',
  'mns',
  'video-processor',
  'session-processor',
  'job-runner',
  'sink',
] as const;
export type DeadLetterStage = (typeof deadLetterStages)[number];

/** Why a message may lie in `dead-letters`: the header `reason`. */
export const deadLetterReasons = [
  'oversize',
  'unusable',
  'unparsable',
  'out-of-range',
  'control-character',
  'impossible-name',
  'not bytes',
  'empty',
  'no-key',
  'unusable-key',
  'wrong-key',
  'input-unreadable',
  'state-unreadable',
  'processor-threw',
  'output-unusable',
  'step-too-slow',
  'undecodable',
  'job-broke',
  'job-failed',
  'job-in-doubt',
  'not-decodable',
  'not-encodable',
  'refused-by-clickhouse',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/**
 * The headers that say why a message lies in `dead-letters`. An error of a library may quote the whole message: it is cut.
 * @param stage a `DeadLetterStage`; of a processor its name and `-processor`
 */
export function deadLetterHeaders(
  stage: DeadLetterStage | `${string}-processor`,
  reason: DeadLetterReason,
  error: string,
): Readonly<Record<string, string>> {
  return { [header.reason]: reason, [header.error]: error.slice(0, maxErrorLength), [header.stage]: stage };
}
