/**
 * Worked histories, one for each sentence of the live-to-VOD business flows: what the cloud (and people) said, when one
 * looks, and what one then sees. All on one day; the stream is `room` unless another is named. No code below, only cases.
 */
import type { Recorded } from '../../processors/policy/index.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';

export type History = {
  readonly says: string;
  readonly policies?: PoliciesInput;
  /** What the cloud was told to record, where the file says it. */
  readonly told?: Partial<Recorded>;
  /** `10:00:04 part-1 recorded 09:30-10:00`: when, which video, what happened. */
  readonly given: readonly string[];
  /** Time of day at which one looks. */
  readonly when: string;
  readonly sees: {
    /** `part-1 SEGMENT TRANSCODED: LD HD`; a failed rendition has an exclamation mark, a superseded one is in brackets. */
    readonly videos?: readonly string[];
    /** `part-1 10:00:06`: since when it can be played; only those that can. */
    readonly playable?: readonly string[];
    /** `film with template-a`: transcodes that were started. */
    readonly jobs?: readonly string[];
    /** `09:30-10:00 READY: part-1 => film`. */
    readonly sessions?: readonly string[];
  };
};

const byHand: PoliciesInput = [{ segments: { transcode: 'approval' }, composed: { transcode: 'approval' } }];
const audited: PoliciesInput = [
  { segments: { transcode: 'pipeline', templateGroupId: 'template-a', beforeTranscode: { audit: true } } },
];
const twenty = { recording: { cycleSeconds: 1200 } };

export const histories: Readonly<Record<string, readonly History[]>> = {
  'Live to VOD': [
    {
      says: 'A live stream is recorded straight into VOD, where it is managed per video',
      given: ['10:00:04 part-1 recorded 09:00-10:00'],
      when: '10:01',
      sees: { videos: ['part-1 SEGMENT RECORDED'], sessions: ['09:00-... RECORDING: part-1'] },
    },
    {
      says: 'All streams under the same names follow the same configuration, others another',
      policies: [
        { match: { stream: 'match-*' }, segments: { transcode: 'pipeline', templateGroupId: 'template-a' } },
        { segments: { transcode: 'cloud' } },
      ],
      given: [
        '10:00:04 a recorded 09:00-10:00 of match-1',
        '10:00:05 b recorded 09:00-10:00 of match-2',
        '10:00:06 c recorded 09:00-10:00 of news',
        '10:00:10 a source ready',
        '10:00:10 b source ready',
        '10:00:10 c source ready',
      ],
      when: '10:01',
      sees: { jobs: ['a with template-a', 'b with template-a'] },
    },
    {
      says: 'The recording template group transcodes each recorded file; a 3-hour show with a 1-hour cycle is watchable an hour at a time',
      given: [
        '10:00:04 hour-1 recorded 09:00-10:00',
        '10:05:00 hour-1 transcoded LD',
        '11:00:04 hour-2 recorded 10:00-11:00',
      ],
      when: '11:01',
      sees: {
        videos: ['hour-1 SEGMENT PLAYABLE: LD', 'hour-2 SEGMENT RECORDED'],
        sessions: ['09:00-... RECORDING: hour-1 hour-2'],
      },
    },
    {
      says: 'Store only: recorded, nothing else happens',
      policies: byHand,
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:00:06 part-1 source ready'],
      when: '20:00',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], jobs: [], sessions: ['09:00-10:00 ENDED: part-1'] },
    },
    {
      says: 'Compose only: composed, nothing else happens',
      policies: byHand,
      given: [
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:20:04 part-2 recorded 10:00-10:20',
        '10:23:10 film compose start',
        '10:26:31 film source ready',
      ],
      when: '20:00',
      sees: {
        videos: ['part-1 SEGMENT RECORDED', 'part-2 SEGMENT RECORDED', 'film COMPOSED SOURCE_READY'],
        jobs: [],
        sessions: ['09:00-10:20 COMPOSED: part-1 part-2 => film'],
      },
    },
    {
      says: 'A re-push within 180 s of a disconnect continues the same recording',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:33:04 part-2 recorded 10:03-10:30'],
      when: '10:34',
      sees: { sessions: ['09:00-10:30 ENDED: part-1 (3 min) part-2'] },
    },
    {
      says: 'After 180 s it is a second recording',
      given: ['09:53:04 part-1 recorded 09:00-09:50', '10:56:04 other recorded 09:53:01-10:53'],
      when: '11:00',
      sees: { sessions: ['09:00-09:50 ENDED: part-1', '09:53-... RECORDING: other'] },
    },
    {
      says: 'A recording whose callback was lost is found by the list API',
      policies: [{ segments: { transcode: 'pipeline', templateGroupId: 'template-a' } }],
      given: ['10:00:06 part-1 source ready', '10:00:01 part-1 found recorded 09:00-10:00'],
      when: '11:10',
      sees: {
        videos: ['part-1 SEGMENT SOURCE_READY'],
        jobs: ['part-1 with template-a'],
        sessions: ['09:00-10:00 ENDED: part-1'],
      },
    },
    {
      says: 'Callbacks have no order: the state of a video is the same however they come',
      given: [
        '10:03:31 part-1 all transcoded LD HD',
        '10:01:31 part-1 snapshot',
        '10:03:00 part-1 transcoded HD',
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:02:00 part-1 transcoded LD',
        '10:00:06 part-1 source ready',
      ],
      when: '10:04',
      sees: { videos: ['part-1 SEGMENT TRANSCODED: LD HD'] },
    },
  ],
  'Practice 1: record, automatic transcode': [
    {
      says: 'A cycle ends, VOD adds the file and transcodes it by the recording template group; play addresses come with the callbacks',
      policies: [{ composed: { compose: 'none' } }],
      given: [
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:01:31 part-1 snapshot',
        '10:02:00 part-1 transcoded LD',
        '10:03:00 part-1 transcoded HD',
        '10:03:31 part-1 all transcoded LD HD',
        '10:08:04 part-2 recorded 10:00-10:05',
        '10:09:00 part-2 all transcoded LD HD',
      ],
      when: '10:20',
      sees: {
        videos: ['part-1 SEGMENT TRANSCODED: LD HD', 'part-2 SEGMENT TRANSCODED: LD HD'],
        jobs: [],
        sessions: ['09:00-10:05 READY: part-1 part-2'],
      },
    },
    {
      says: 'A video is playable from its first rendition on, and all done with TranscodeComplete',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:02:00 part-1 transcoded LD'],
      when: '10:03',
      sees: { videos: ['part-1 SEGMENT PLAYABLE: LD'] },
    },
    {
      says: 'TranscodeComplete says success when one rendition succeeded: the others are seen one by one',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:03:31 part-1 all transcoded LD HD!'],
      when: '10:04',
      sees: { videos: ['part-1 SEGMENT PARTIAL: LD HD!'] },
    },
    {
      says: 'A damaged source fails as a whole, without a word on any rendition',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:03:31 part-1 transcode failed'],
      when: '10:04',
      sees: { videos: ['part-1 SEGMENT FAILED'] },
    },
  ],
  'Practice 2: record, store only, transcode by hand': [
    {
      says: 'VOD does not transcode; the user starts it when the work on it is done, once',
      policies: byHand,
      given: [
        '10:00:04 game recorded 09:00-10:00',
        '10:00:06 game source ready',
        '15:00:00 game requested with template-a',
        '15:00:00 game requested with template-a',
      ],
      when: '15:01',
      sees: { videos: ['game SEGMENT SOURCE_READY'], jobs: ['game with template-a'] },
    },
    {
      says: 'Then the same unordered callbacks',
      policies: byHand,
      given: [
        '10:00:04 game recorded 09:00-10:00',
        '10:00:06 game source ready',
        '15:00:00 game requested with template-a',
        '15:04:00 game all transcoded LD HD',
        '15:03:00 game transcoded LD',
      ],
      when: '15:10',
      sees: { videos: ['game SEGMENT TRANSCODED: LD HD'], jobs: ['game with template-a'] },
    },
    {
      says: 'Transcoded again, the older rendition of the same definition and format stays visible as superseded',
      policies: byHand,
      given: [
        '10:00:04 game recorded 09:00-10:00',
        '10:03:00 game all transcoded LD HD!',
        '15:04:00 game all transcoded HD again',
      ],
      when: '15:10',
      sees: { videos: ['game SEGMENT TRANSCODED: LD (HD!) HD'] },
    },
  ],
  'Practice 3a: several cycles, automatic compose, automatic transcode': [
    {
      says: 'A 1-hour show with a 20-minute cycle gives three videos, each treated as in practice 1',
      policies: [twenty],
      given: [
        '10:20:04 a recorded 10:00-10:20',
        '10:22:00 a all transcoded LD',
        '10:40:04 b recorded 10:20-10:40',
        '11:00:04 c recorded 10:40-11:00',
      ],
      when: '11:01',
      sees: {
        videos: ['a SEGMENT TRANSCODED: LD', 'b SEGMENT RECORDED', 'c SEGMENT RECORDED'],
        sessions: ['10:00-... RECORDING: a b c'],
      },
    },
    {
      says: 'The stream ends, VOD composes the cycles into a new video, and transcodes that by the compose template group',
      policies: [twenty],
      given: [
        '10:20:04 a recorded 10:00-10:20',
        '10:21:00 a all transcoded LD',
        '10:35:04 b recorded 10:20-10:32',
        '10:36:00 b all transcoded LD',
        '10:35:10 film compose start',
        '10:38:31 film source ready',
        '10:39:00 film snapshot',
        '10:41:00 film transcoded HD',
        '10:41:01 film all transcoded HD',
      ],
      when: '10:50',
      sees: { videos: ['film COMPOSED TRANSCODED: HD'], sessions: ['10:00-10:32 READY: a b => film'], jobs: [] },
    },
    {
      says: 'The session ends by a command: composing starts before the delay is over',
      policies: [twenty],
      given: ['10:10:01 a recorded 10:00-10:10', '10:10:05 film compose start'],
      when: '10:11',
      sees: { videos: ['film COMPOSED ANNOUNCED'], sessions: ['10:00-10:10 COMPOSING: a => film'] },
    },
    {
      says: 'The composed video is known before its cycles are',
      policies: [twenty],
      given: ['10:35:10 film compose start', '10:20:04 a recorded 10:00-10:20', '10:35:04 b recorded 10:20-10:32'],
      when: '10:36',
      sees: { sessions: ['10:00-10:32 COMPOSING: a b => film'] },
    },
  ],
  'Practice 3b: compose only, transcode by hand': [
    {
      says: 'From FileUploadComplete of the composed video on, it is ready for what the user wants to start',
      policies: byHand,
      given: [
        '10:00:04 a recorded 09:00-10:00',
        '10:23:10 film compose start',
        '12:00:00 film requested with template-b',
      ],
      when: '12:01',
      sees: { videos: ['film COMPOSED ANNOUNCED'], jobs: [] },
    },
    {
      says: 'Then start the transcode through the API',
      policies: byHand,
      given: [
        '10:00:04 a recorded 09:00-10:00',
        '10:23:10 film compose start',
        '10:26:31 film source ready',
        '12:00:00 film requested with template-b',
      ],
      when: '12:01',
      sees: { videos: ['film COMPOSED SOURCE_READY'], jobs: ['film with template-b'] },
    },
    {
      says: 'Or let the pipeline start it as soon as both are known, in either order',
      policies: [{ composed: { transcode: 'pipeline', templateGroupId: 'template-b' } }],
      given: [
        '10:26:31 film source ready',
        '10:23:10 film compose start',
        '10:26:31 film source ready',
        '10:00:04 a recorded 09:00-10:00',
      ],
      when: '10:30',
      sees: { jobs: ['film with template-b'] },
    },
  ],
  'Around it': [
    {
      says: 'Media management: a deleted video is deleted, whatever else comes',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '12:00:00 part-1 deleted', '10:03:31 part-1 all transcoded LD'],
      when: '12:01',
      sees: { videos: ['part-1 SEGMENT DELETED: LD'] },
    },
    {
      says: 'Cloud editing: a produced video that fails says so',
      given: ['10:00:04 clip produced badly'],
      when: '10:01',
      sees: { videos: ['clip UNKNOWN FAILED'] },
    },
    {
      says: 'Fingerprints, tags and moving covers have their place in the timeline and change no status',
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:05:00 part-1 fingerprinted'],
      when: '10:10',
      sees: { videos: ['part-1 SEGMENT RECORDED'] },
    },
    {
      says: 'Moderation: a blocked video cannot be used and is not transcoded',
      policies: [{ segments: { transcode: 'pipeline', templateGroupId: 'template-a' } }],
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:00:05 part-1 blocked', '10:00:06 part-1 source ready'],
      when: '10:10',
      sees: { videos: ['part-1 SEGMENT FAILED'], jobs: [] },
    },
    {
      says: 'A person lets the blocked video pass: now it is transcoded',
      policies: [{ segments: { transcode: 'pipeline', templateGroupId: 'template-a' } }],
      given: [
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:00:05 part-1 blocked',
        '10:00:06 part-1 source ready',
        '11:00:00 part-1 passed',
      ],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], jobs: ['part-1 with template-a'] },
    },
    {
      says: 'Audit before the transcode: nothing starts before the verdict',
      policies: audited,
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:00:06 part-1 source ready'],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], jobs: [] },
    },
    {
      says: 'The audit lets the video pass: the transcode starts',
      policies: audited,
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:00:06 part-1 source ready', '10:02:00 part-1 audited pass'],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], jobs: ['part-1 with template-a'] },
    },
    {
      says: 'The audit blocks the video: it is never transcoded',
      policies: audited,
      given: ['10:00:04 part-1 recorded 09:00-10:00', '10:00:06 part-1 source ready', '10:02:00 part-1 audited block'],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT FAILED'], jobs: [] },
    },
    {
      says: 'The audit leaves it to a person, who lets the video pass',
      policies: audited,
      given: [
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:00:06 part-1 source ready',
        '10:02:00 part-1 audited review',
        '11:00:00 part-1 passed',
      ],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT SOURCE_READY'], jobs: ['part-1 with template-a'] },
    },
    {
      says: 'The audit leaves it to a person, who blocks the video',
      policies: audited,
      given: [
        '10:00:04 part-1 recorded 09:00-10:00',
        '10:00:06 part-1 source ready',
        '10:02:00 part-1 audited review',
        '11:00:00 part-1 blocked',
      ],
      when: '11:10',
      sees: { videos: ['part-1 SEGMENT FAILED'], jobs: [] },
    },
  ],
  'A file that could not be stored': [
    {
      says: 'The film’s upload fails: the film gives way, and what can be watched of the show are its segments',
      policies: [{ ...twenty, composed: { compose: 'cloud' } }],
      given: [
        '10:20:04 a recorded 10:00-10:20',
        '10:20:10 a source ready',
        '10:21:00 a all transcoded LD',
        '10:23:10 film compose start',
        '10:26:31 film upload failed',
      ],
      when: '10:30',
      sees: { videos: ['film COMPOSED FAILED'], sessions: ['10:00-10:20 PARTIAL: a => film'] },
    },
    {
      says: 'A film that is composed once more, and stored, is the show’s',
      policies: [{ ...twenty, composed: { compose: 'cloud' } }],
      given: [
        '10:20:04 a recorded 10:00-10:20',
        '10:23:10 film compose start',
        '10:26:31 film upload failed',
        '10:40:10 again compose start',
        '10:43:31 again source ready',
        '10:45:00 again all transcoded LD',
      ],
      when: '10:50',
      sees: { videos: ['film COMPOSED FAILED'], sessions: ['10:00-10:20 READY: a => film => again'] },
    },
    {
      says: 'A segment that can’t be stored is lost: the show has what the others have',
      policies: [{ ...twenty, composed: { compose: 'none' } }],
      given: [
        '10:20:04 a recorded 10:00-10:20',
        '10:20:10 a upload failed',
        '10:32:04 b recorded 10:20-10:32',
        '10:32:10 b source ready',
        '10:33:00 b all transcoded LD',
      ],
      when: '11:00',
      sees: { videos: ['a SEGMENT FAILED'], sessions: ['10:00-10:32 PARTIAL: a b'] },
    },
  ],
};
