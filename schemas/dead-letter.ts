import { header } from './topics.ts';

const maxErrorLength = 500;

/** The headers that say why a message lies in `dead-letters`. An error of a library may quote the whole message: it is cut. */
export function deadLetterHeaders(stage: string, reason: string, error: string): Readonly<Record<string, string>> {
  return { [header.reason]: reason, [header.error]: error.slice(0, maxErrorLength), [header.stage]: stage };
}
