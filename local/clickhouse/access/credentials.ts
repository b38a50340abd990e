import { openKey } from './key.ts';

/** Where the embedded ClickHouse is and who asks. */
export type ClickhouseAccess = { readonly url: string; readonly user: string; readonly password: string };

/**
 * How to ask the embedded ClickHouse of a data folder.
 * @throws StackError `KEY_UNUSABLE`
 */
export const embeddedAccess = (folder: string, url: string): ClickhouseAccess => ({
  url,
  user: 'live2vod',
  password: openKey(folder),
});
