/** What the page and the player's document say to each other; both are of one origin. */
import type { PlayStream } from './api.ts';

/** To the player. */
export type PlayOrder = Pick<PlayStream, 'url' | 'format'> & { readonly poster: string | null };

/** From the player: it waits for an order; it plays; what was ordered can't be loaded or shown. */
export type PlayerSaid = { readonly player: 'ready' | 'playing' | 'failed' };
