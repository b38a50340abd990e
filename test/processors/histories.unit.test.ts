import { describe, expect, it } from 'vitest';
import { compareText } from '../../processors/callback/index.ts';
import { histories } from './histories.ts';
import { leftAsIs } from './histories-left-as-is.ts';
import { jobInWords, play, playableInWords, sessionInWords, videoInWords } from './histories-played.ts';

describe.each(Object.entries({ ...histories, ...leftAsIs }))('%s', (_chapter, table) => {
  it.each(table)('$says', (history) => {
    // The videos and the jobs don't depend on the order in which the callbacks came; a person's request comes last.
    for (const given of [history.given, history.given.toReversed()]) {
      const { videos, jobs, sessions } = play(history, given);
      for (const expected of history.sees.videos ?? []) {
        const id = expected.split(' ')[0] ?? '';
        const state = videos.get(id);
        expect(state === undefined ? `${id} is not known` : videoInWords(id, state)).toBe(expected);
      }
      if (history.sees.playable) expect(playableInWords(videos).toSorted(compareText)).toEqual(history.sees.playable);
      if (history.sees.jobs) expect(jobs.map(jobInWords).toSorted(compareText)).toEqual(history.sees.jobs);
      if (history.sees.sessions)
        expect(
          [...sessions.values()]
            .filter((one) => one.status !== 'MERGED')
            .map(sessionInWords)
            .toSorted(compareText),
        ).toEqual(history.sees.sessions);
    }
  });
});
