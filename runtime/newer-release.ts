import type { Codec } from './codec.ts';
import { ProcessorFault } from './processor-fault.ts';

/**
 * Stops before anything is lost: a value of a newer release may have fields that this one doesn't know, drops, and would
 * not write back. Call with bytes that were decoded.
 * @throws ProcessorFault `NEWER_RELEASE`
 */
export function refuseNewer(codec: Pick<Codec<unknown>, 'unknownIn'>, topic: string, bytes: Buffer): void {
  const unknown = codec.unknownIn?.(bytes) ?? null;
  if (unknown === null) return;
  throw new ProcessorFault(
    'NEWER_RELEASE',
    `a newer release has written to ${topic}: this one does not know ${unknown}, and would lose it. Roll forward: start the ` +
      'newer release in its place',
  );
}
