/**
 * The names of a composition or clip by us. The token says of which segments it is made (a digest), and of which generation: at
 * most 50 characters of [A-Za-z0-9-]. A generation is raised only on purpose (a redrive), so a retry can't compose twice.
 */
export function compositionToken(digest: string, generation: number): string {
  return `lvc-${digest}-${generation}`;
}

/** The same of a clip, whose digest says which stretches of which segments it is cut out of. */
export function clipToken(digest: string, generation: number): string {
  return `lvk-${digest}-${generation}`;
}

/** What all generations have in common. */
export function compositionKeyOf(token: string): string {
  return token.slice(0, token.lastIndexOf('-'));
}

/** The same composition, asked for once more. */
export function tokenOfGeneration(token: string, generation: number): string {
  return `${compositionKeyOf(token)}-${generation}`;
}

/** How the token stands in the title of the product, which is searched for it. */
export const titleMarkOf = (token: string): string => `[${token}]`;

const standIn = 'compose:';

/** Stands for a product that there is none of. No id of the cloud has a colon. */
export const standInOf = (token: string): string => `${standIn}${token}`;

export const isCompositionStandIn = (videoId: string): boolean => videoId.startsWith(standIn);
