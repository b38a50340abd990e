/** The name of an instance that is given none. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isOfFurther } from './roles/processes.ts';

/** The default of earlier releases: the same on every host, so that two hosts fenced each other for ever. */
const formerDefault = '0';
const lengthLimit = 60;

/**
 * The host's name, so that each host has another one and the same one after a restart: group members, transactional ids
 * and stores hang on it. A home that holds stores under the former default keeps that name: under another one they would
 * be built anew, and the old ones stay as waste.
 */
export function defaultInstance(home: string, host = hostname()): string {
  const own = nameOf(host);
  return hasStores(home, formerDefault) && !hasStores(home, own) ? formerDefault : own;
}

/**
 * Letters, digits, dash and underscore only, and no end that a further process of a role has. What is changed gets a digest, so
 * that two hosts never become one.
 */
function nameOf(host: string): string {
  const safe = host.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, lengthLimit);
  if (safe === host && safe !== '' && !isOfFurther(safe)) return safe;
  return `${safe || 'host'}-${createHash('sha256').update(host).digest('hex').slice(0, 8)}`;
}

/** Stores are at `state/<who keeps them>/<instance>`. */
function hasStores(home: string, instance: string): boolean {
  const state = join(home, 'state');
  try {
    return readdirSync(state).some((keeper) => existsSync(join(state, keeper, instance)));
  } catch {
    return false;
  }
}
