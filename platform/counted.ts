/** How many of what, as people say it: `1 video`, `2 videos`, `0 policies`. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`;
