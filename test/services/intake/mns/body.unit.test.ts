import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../../services/intake/mns/body.ts';

// A byte order mark in base64 was looked at as three Latin letters: such a message stayed base64, a dead letter.
test('a JSON object comes through raw and in base64 alike', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.constantFrom('', ' ', '\n', '\ufeff'),
      (object, space) => {
        const json = `${space}${JSON.stringify(object)}`;
        expect(bytesOf(json).toString()).toBe(json);
        expect(bytesOf(Buffer.from(json).toString('base64')).toString()).toBe(json);
      },
    ),
  );
});

test('whatever else stays as it came', () => {
  for (const body of ['', 'hello', '[1]', 'not base64 at all!', '<xml/>', Buffer.from('[1]').toString('base64')]) {
    expect(bytesOf(body).toString()).toBe(body);
  }
});
