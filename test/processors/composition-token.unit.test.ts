import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compositionKeyOf,
  compositionToken,
  isCompositionStandIn,
  standInOf,
  titleMarkOf,
  tokenOfGeneration,
} from '../../processors/composition-token.ts';

// Ledgers, titles at the cloud and topics hold these: another form would be another composition, and compose again.
test('the names of a composition are what they always were', () => {
  const token = compositionToken('0123456789abcdef0123456789abcdef', 0);
  expect(token).toBe('lvc-0123456789abcdef0123456789abcdef-0');
  expect(compositionKeyOf(token)).toBe('lvc-0123456789abcdef0123456789abcdef');
  expect(tokenOfGeneration(token, 12)).toBe('lvc-0123456789abcdef0123456789abcdef-12');
  expect(titleMarkOf(token)).toBe('[lvc-0123456789abcdef0123456789abcdef-0]');
  expect(standInOf(token)).toBe('compose:lvc-0123456789abcdef0123456789abcdef-0');
});

test('a generation changes the token and not the composition, and fits where a token may be', () => {
  const digests = fc.stringMatching(/^[0-9a-f]{32}$/);
  const generations = fc.nat({ max: 1_000 });
  fc.assert(
    fc.property(digests, generations, generations, (digest, first, second) => {
      const token = compositionToken(digest, first);
      const again = tokenOfGeneration(token, second);
      expect(again).toBe(compositionToken(digest, second));
      expect(compositionKeyOf(again)).toBe(compositionKeyOf(token));
      expect(again).toMatch(/^[A-Za-z0-9-]{1,50}$/);
    }),
  );
});

test('a stand-in is told from an id of the cloud', () => {
  const token = compositionToken('0'.repeat(32), 0);
  expect([standInOf(token), token, 'ce9cfb4a4a88045d60d6584ca4410102'].map(isCompositionStandIn)).toEqual([
    true,
    false,
    false,
  ]);
});
