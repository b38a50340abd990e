const never = "base-uri 'none'; form-action 'none'";

/** Everything that the page loads comes from here, its player's document too; nothing may frame it. */
export const strictHeaders = {
  'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; ${never}; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Of the player's document: it may load pictures, media and lists from the origins of one video's addresses, and is framed by
 * the page alone. `blob:` is what a list's parts are put together as.
 *
 * @param origins scheme, host and port, as `URL.origin` gives them
 */
export function playerPolicy(origins: readonly string[]): string {
  const from = origins.join(' ');
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src data: ${from}; media-src blob: ${from}; connect-src ${from || "'none'"}; ${never}; frame-ancestors 'self'`;
}
