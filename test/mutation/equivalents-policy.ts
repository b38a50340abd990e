import type { Equivalent } from './equivalent.ts';

const book = { file: 'processors/policy/book.ts', within: 'policyBook' };
const why = 'what is remembered of a stream is what would be found again: it saves time, and its bound saves memory';

export const inPolicy: readonly Equivalent[] = [
  { ...book, within: 'mostKnown', from: '10_000', to: '(10001)', why },
  { ...book, within: 'mostKnown', from: '10_000', to: '(9999)', why },
  { ...book, from: 'known.add(stream, policy);', to: ';', why },
];
