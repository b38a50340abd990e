import type { ClickhouseSettings } from '../../client.ts';
import { openKey } from './key.ts';

/** What of the settings says where a ClickHouse is and who asks. */
export type ClickhouseAccess = Required<Pick<ClickhouseSettings, 'url' | 'user' | 'password'>>;

/**
 * How to ask the embedded ClickHouse of a data folder.
 * @throws ClickhouseFault `KEY_UNUSABLE`
 */
export const embeddedAccess = (folder: string, url: string): ClickhouseAccess => ({
  url,
  user: 'live2vod',
  password: openKey(folder),
});
