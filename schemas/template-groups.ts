/** The built-in template group that transcodes nothing: the source is distributed as it is (cloud facts 3.1.4). */
export const noTranscode = 'VOD_NO_TRANSCODE';
