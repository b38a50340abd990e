export { callbackColumns, writeCallback } from './callback-row.ts';
export { headerOf } from './columns.ts';
export { RowBytes } from './row-bytes.ts';
export { sessionColumns } from './session-row.ts';
export { videoColumns } from './video-row.ts';
