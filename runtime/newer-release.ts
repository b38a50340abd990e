import type { Codec } from './codec.ts';
import { ProcessorFault } from './processor-fault.ts';

/**
 * Stops before anything is lost: of a value that a newer release wrote, this one would leave out what it doesn't know and
 * write the rest back. Call with bytes that were decoded.
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
