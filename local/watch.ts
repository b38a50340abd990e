import { fileURLToPath } from 'node:url';

/** `sh watchScript COMMAND …` with a pipe as stdin: the command ends when the pipe closes, so never outlives its owner. */
export const watchScript = fileURLToPath(new URL('watch.sh', import.meta.url));
