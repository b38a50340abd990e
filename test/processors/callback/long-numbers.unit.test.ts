// JSON.parse rounds whole numbers beyond 2^53: ids given as numbers became one another's, and two videos one.
import { expect, it } from 'vitest';
import { parseCallback, subjectOf } from '../../../processors/callback/index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const body = (fields: string) =>
  bytes(`{"EventType":"FileUploadComplete","EventTime":"2026-03-01T10:00:00Z","Status":"success",${fields}}`);
const parse = (fields: string) =>
  parseCallback(body(fields), { source: 'http', receivedAtMs: Date.UTC(2026, 2, 1, 11), region: null });

it.each([
  ['"VideoId":5285890784273533167', '5285890784273533167'],
  ['"VideoId": 5285890784273533168', '5285890784273533168'],
  ['"VideoId":\n5285890784273533169', '5285890784273533169'],
  ['"MediaId":9007199254740993', '9007199254740993'],
  ['"VideoId":-9007199254740993', '-9007199254740993'],
  ['"TaskInput":{"Media":12345678901234567890123}', '12345678901234567890123'],
  ['"TaskInput":"{\\"Media\\":5285890784273533167}"', '5285890784273533167'],
  ['"JobId":5285890784273533167', 'job:5285890784273533167'],
  ['"VideoId":9007199254740991', '9007199254740991'],
  ['"VideoId":12345', '12345'],
])('%s is about %s', (fields, subjectId) => {
  expect(subjectOf(body(fields))).toMatchObject({ ok: true, subjectId });
});

it('reads long digits as a number where one is wanted, and refuses one that can not be kept', () => {
  expect(parse('"VideoId":"v","Duration":0.12345678901234567890')).toMatchObject({ kind: 'ok' });
  expect(parse('"VideoId":"v","Size":9007199254740993')).toMatchObject({ kind: 'unparsable', code: 'out-of-range' });
  expect(parse(`"VideoId":"v","Size":${'9'.repeat(70)}`)).toMatchObject({ kind: 'unparsable', code: 'out-of-range' });
});

it('leaves text and its digits alone', () => {
  expect(subjectOf(body('"VideoId":"a: 5285890784273533167"'))).toMatchObject({ subjectId: 'a: 5285890784273533167' });
});

it.each([1, 14, 15, 16, 17, 40])('tells two apart that differ in such a number %d levels deep', (levels) => {
  const idOf = (number: string) => {
    const nested = `${'{"a":['.repeat(levels)}${number}${']}'.repeat(levels)}`;
    const parsed = parse(`"VideoId":"v","EventType":"Unheard","Nested":${nested}`);
    return parsed.kind === 'unparsable' ? null : parsed.event.entry.eventId;
  };
  expect(idOf('5285890784273533167')).not.toBeNull();
  expect(idOf('5285890784273533167')).not.toBe(idOf('5285890784273533168'));
});
