/** What the page offers to filter by against what the API takes: the page once offered no covers and clips. */
import { expect, test } from 'vitest';
import { jobStates, jobTypes, sessionStatuses, subjects, videoKinds, videoStatuses } from '../../web/src/choices.ts';
import { openView, testConsole } from '../services/console/fixture.ts';

/** Of a list that doesn't know the word: a 400 that lists all that it takes. */
test.each<[string, string, readonly string[], readonly string[]]>([
  ['jobs', 'type', jobTypes, []],
  ['jobs', 'state', jobStates, []],
  ['sessions', 'status', sessionStatuses, ['MERGED']],
  ['videos', 'status', videoStatuses, []],
  ['videos', 'kind', videoKinds, []],
  // What a reader of an older schema takes a word for that it doesn't know.
  ['videos', 'subject', subjects, ['UNKNOWN']],
])('%s by %s: all that there is is offered', async (list, name, offered, others) => {
  const { app } = await testConsole({ view: await openView() });
  const ask = (value: string) => app.inject({ url: `/api/${list}?${name}=${value}` });
  const taken = await ask([...offered, ...others].join());
  expect(taken.statusCode, taken.body).toBe(200);
  const refused = await ask('NO_SUCH_WORD');
  expect(refused.statusCode).toBe(400);
  const words = new Set(refused.body.match(/\b[A-Z]+(?:_[A-Z]+)*\b/g));
  for (const word of ['NO_SUCH_WORD', 'BAD_REQUEST', ...offered, ...others]) words.delete(word);
  expect([...words]).toEqual([]);
});
