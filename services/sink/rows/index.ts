export { callbackColumns, writeCallback } from './callback-row.ts';
export { headerOf } from './columns.ts';
export type { EntityRows } from './entity.ts';
export { RowBytes } from './row-bytes.ts';
export { sessionRows } from './session-row.ts';
export { videoRows } from './video-row.ts';
