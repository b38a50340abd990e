/** When a signed address ends, as far as the address itself tells (cloud facts 3.4). */

/**
 * Epoch milliseconds; null where the address isn't signed, so that it doesn't end. Where it is signed in a way that tells no
 * time, `askedAtMs` plus what was asked for.
 */
export function expiryOf(address: URL, askedAtMs: number, validSeconds: number): number | null {
  const { searchParams } = address;
  const authKey = searchParams.get('auth_key');
  const signed = authKey !== null || searchParams.has('Signature') || searchParams.has('x-oss-signature');
  if (!signed) return null;
  const told = /^(\d{10})(?:-|$)/.exec(authKey ?? searchParams.get('Expires') ?? '')?.[1];
  return told === undefined ? askedAtMs + validSeconds * 1_000 : Number(told) * 1_000;
}
