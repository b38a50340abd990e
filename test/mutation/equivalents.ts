import type { Equivalent } from './equivalent.ts';
import { inCallback } from './equivalents-callback.ts';
import { inPolicy } from './equivalents-policy.ts';
import { inSession } from './equivalents-session.ts';
import { inVideo } from './equivalents-video.ts';

export const equivalents: readonly Equivalent[] = [...inCallback, ...inPolicy, ...inSession, ...inVideo];
