import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { inOrder, walk } from '../../../services/console/list-walk.ts';
import { temporaryFolder } from './fixture.ts';

const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const text = fc.string({ unit: fc.constantFrom('a', 'b', '!', 'é', '\uff5e', '\u{1f3a5}') });

test('places are ordered as their bytes are', () => {
  fc.assert(fc.property(text, text, (a, b) => Math.sign(inOrder(a, b)) === Math.sign(bytewise(a, b))));
});

test('lists are walked as one, in order, each place once, from anywhere to anywhere', async () => {
  const db = new ClassicLevel<string, Buffer>(temporaryFolder(), { keyEncoding: 'utf8', valueEncoding: 'buffer' });
  onTestFinished(() => db.close());
  // More than is read at a time, and places that several lists have.
  const list = fc.uniqueArray(fc.integer({ min: 1_000, max: 1_600 }), { maxLength: 400 });
  const range = fc.record({
    after: fc.option(fc.integer({ min: 1_000, max: 1_600 }).map(String), { nil: undefined }),
    from: fc.integer({ min: 1_000, max: 1_600 }).map(String),
    to: fc.integer({ min: 1_000, max: 1_700 }).map(String),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(list, { maxLength: 4 }), range, async (lists, { after, from, to }) => {
      await db.clear();
      await db.batch(
        lists.flatMap((places, n) =>
          places.map((place) => ({ type: 'put' as const, key: `${n}!${place}`, value: Buffer.from(`of ${place}`) })),
        ),
      );
      const snapshot = db.snapshot();
      // Comes too late to be met.
      await db.put('0!1300x', Buffer.from('late'));
      const met: string[] = [];
      const prefixes = lists.map((_, n) => `${n}!`);
      for await (const entries of walk(db, prefixes, { ...(after === undefined ? { from } : { after }), to }, snapshot))
        for (const { place, value } of entries) {
          expect(value).toBe(`of ${place}`);
          met.push(place);
        }
      await snapshot.close();
      const expected = [...new Set(lists.flat().map(String))]
        .filter((place) => (after === undefined ? place >= from : place > after) && place < to)
        .sort(inOrder);
      expect(met).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
