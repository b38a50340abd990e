/** Worked histories of sources that nobody transcodes, or that play until somebody does (cloud facts 3.1.4, 3.1.6, 3.1.7). */
import type { History } from './histories.ts';

const part1 = ['10:00:04 part-1 recorded 09:00-10:00', '10:00:06 part-1 source ready'];
const part2 = ['10:20:04 part-2 recorded 10:00-10:20', '10:20:09 part-2 source ready'];
const film = ['10:23:10 film compose start', '10:26:31 film source ready'];

export const leftAsIs: Readonly<Record<string, readonly History[]>> = {
  'Sources that play as they are': [
    {
      says: 'Not transcoded and distributed: every segment plays from its upload on, and the show is complete with them',
      policies: [{ segments: { transcode: 'none' } }],
      given: [...part1, ...part2],
      when: '11:00',
      sees: {
        videos: ['part-1 SEGMENT PLAYABLE', 'part-2 SEGMENT PLAYABLE'],
        playable: ['part-1 10:00:06', 'part-2 10:20:09'],
        jobs: [],
        sessions: ['09:00-10:20 READY: part-1 part-2'],
      },
    },
    {
      says: 'The same without a rule, where `recording:` tells the cloud VOD_NO_TRANSCODE',
      told: { segments: 'played' },
      given: [...part1, ...part2],
      when: '11:00',
      sees: {
        videos: ['part-1 SEGMENT PLAYABLE', 'part-2 SEGMENT PLAYABLE'],
        playable: ['part-1 10:00:06', 'part-2 10:20:09'],
        sessions: ['09:00-10:20 READY: part-1 part-2'],
      },
    },
    {
      says: 'Composed and distributed as it is: the film is what the show comes to',
      told: { composes: true, composed: 'played' },
      given: [...part1, ...part2, ...film],
      when: '11:00',
      sees: {
        videos: ['film COMPOSED PLAYABLE', 'part-1 SEGMENT SOURCE_READY'],
        playable: ['film 10:26:31'],
        sessions: ['09:00-10:20 READY: part-1 part-2 => film'],
      },
    },
    {
      says: 'Stored only, to be transcoded by hand: nothing can be played yet, and the show waits',
      told: { segments: 'stored' },
      given: part1,
      when: '11:30',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], playable: [], sessions: ['09:00-10:00 ENDED: part-1'] },
    },
    {
      says: 'Plays as it is until a person has it transcoded: that is still to come',
      policies: [{ segments: { transcode: 'approval' } }],
      told: { segments: 'played' },
      given: part1,
      when: '11:30',
      sees: {
        videos: ['part-1 SEGMENT PLAYABLE'],
        playable: ['part-1 10:00:06'],
        jobs: [],
        sessions: ['09:00-10:00 ENDED: part-1'],
      },
    },
    {
      says: 'Compose only, then transcoded by us: it plays while it waits, and the session goes on as before',
      policies: [{ composed: { transcode: 'pipeline', templateGroupId: 'template-a' } }],
      told: { composes: true, composed: 'played' },
      given: [...part1, ...part2, ...film, '10:30:00 film transcoded LD'],
      when: '10:31',
      sees: {
        videos: ['film COMPOSED PLAYABLE: LD'],
        playable: ['film 10:26:31'],
        jobs: ['film with template-a'],
        sessions: ['09:00-10:20 TRANSCODING: part-1 part-2 => film'],
      },
    },
    {
      says: 'The same before the transcode has begun: composed',
      policies: [{ composed: { transcode: 'pipeline', templateGroupId: 'template-a' } }],
      told: { composes: true, composed: 'played' },
      given: [...part1, ...part2, ...film],
      when: '10:31',
      sees: { playable: ['film 10:26:31'], sessions: ['09:00-10:20 COMPOSED: part-1 part-2 => film'] },
    },
    {
      says: 'Where the transcode of a source that plays fails, the source is still there to play',
      policies: [{ segments: { transcode: 'cloud', sourcePlays: true } }],
      given: [...part1, '10:05:00 part-1 all transcoded LD! HD!'],
      when: '11:30',
      sees: { videos: ['part-1 SEGMENT PARTIAL: LD! HD!'], sessions: ['09:00-10:00 PARTIAL: part-1'] },
    },
    {
      says: 'A damaged source plays no more than its transcodes do',
      policies: [{ segments: { transcode: 'cloud', sourcePlays: true } }],
      given: [...part1, '10:05:00 part-1 transcode failed'],
      when: '11:30',
      sees: { videos: ['part-1 SEGMENT FAILED'], sessions: ['09:00-10:00 FAILED: part-1'] },
    },
    {
      says: 'A person may have one transcoded that was left as it is; it plays all the while',
      policies: [{ segments: { transcode: 'none' } }],
      given: [...part1, '11:10:00 part-1 requested with template-a'],
      when: '11:11',
      sees: {
        videos: ['part-1 SEGMENT PLAYABLE'],
        jobs: ['part-1 with template-a'],
        sessions: ['09:00-10:00 ENDED: part-1'],
      },
    },
  ],
  'A show that nobody composes': [
    {
      says: 'Practice 1 without a rule is complete when its segments are: nobody said that it is composed',
      given: [...part1, ...part2, '10:05:00 part-1 all transcoded LD HD', '10:25:00 part-2 all transcoded LD HD'],
      when: '13:00',
      sees: { sessions: ['09:00-10:20 READY: part-1 part-2'] },
    },
  ],
};
