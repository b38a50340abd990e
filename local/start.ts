import { fileURLToPath } from 'node:url';

/** `sh startScript NODE ARGUMENTS …` runs the command line on that Node, with the flags that its heap needs from the start. */
export const startScript = fileURLToPath(new URL('start.sh', import.meta.url));
