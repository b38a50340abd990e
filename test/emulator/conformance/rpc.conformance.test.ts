import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { steps, type World } from './actions.ts';
import { type Client, officialClients } from './clients.ts';
import { Python } from './python.ts';

const libraries = inject('libraries');
const key = { id: 'emulator', secret: 'emulator-secret' };
const temporary = { id: 'STS.one', secret: 'temporary', token: 'token-1' };
/** Parts of an answer that the call didn't ask for, or that have nothing in them here. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  DeleteVideo: ['NonExistReferenceIds'],
  GetJobDetail: ['SnapshotJobDetail', 'TranscodeJobDetail', 'WorkflowTaskDetail'],
  GetTranscodeTask: ['NonExistJobIds', 'TranscodeJobInfoList'],
  GetVideoInfos: ['NonExistReferenceIds'],
};

type Verdict = { readonly problems: readonly string[]; readonly missing: readonly string[] };

if (libraries.missing !== null) test.skip(`not run: ${libraries.missing}`, () => {});
else {
  const { python: path, nodeFolder } = libraries;
  let python: Python;
  let clients: Readonly<Record<string, Client>>;
  beforeAll(() => {
    python = new Python(path);
    clients = officialClients(python, nodeFolder);
  });
  afterAll(() => python.stop());

  const clientNamed = (name: string): Client => {
    const client = clients[name];
    if (!client) throw new Error(`no client ${name}`);
    return client;
  };

  describe.each([
    'Python of today, signature 3',
    'aliyun-python-sdk-vod, signature 1',
    '@alicloud/pop-core, signature 1',
    '@alicloud/openapi-client, signature 3',
  ])('%s', (name) => {
    let emulator: Emulator;
    const answers: World['answers'] = new Map();
    beforeAll(async () => {
      emulator = await playedEvening();
    });
    afterAll(() => emulator.stop());

    test.each(steps)(
      '$action is answered as the response model of today has it',
      async ({ library, action, params }) => {
        const call = { library, url: emulator.url, key, action, params: params({ emulator, answers }) };
        const { answer, error } = { answer: undefined, ...(await clientNamed(name)(call)) };
        expect(error).toBeUndefined();
        answers.set(action, answer ?? {});
        const verdict = await python.order<Verdict>({ do: 'judge', library, action, body: answer });
        expect(verdict.error).toBeUndefined();
        const { problems, missing } = verdict.error === undefined ? verdict.answer : { problems: [], missing: [] };
        expect(problems).toEqual([]);
        // What an object below leaves out depends on the video.
        expect(missing.filter((field) => !field.includes('.'))).toEqual(leftOut[action] ?? []);
        // What was asked for is done before the next step asks about it.
        await emulator.whenQuiet();
      },
    );

    test('is told by its own error that a secret is wrong, and that a token is missing', async () => {
      const info = { library: 'vod', url: emulator.url, action: 'GetVideoInfo', params: { VideoId: 'none' } } as const;
      const codeFor = async (as: { readonly id: string; readonly secret: string; readonly token?: string }) =>
        (await clientNamed(name)({ ...info, key: as })).error?.code;
      expect(await codeFor(key)).toBe('InvalidVideo.NotFound');
      // aliyun-python-sdk-core says the latter where the server has signed the same text as itself.
      expect(await codeFor({ ...key, secret: 'wrong' })).toMatch(/^(SignatureDoesNotMatch|InvalidAccessKeySecret)$/);
      expect(await codeFor(temporary)).toBe('InvalidVideo.NotFound');
      expect(await codeFor({ id: temporary.id, secret: temporary.secret })).toBe('MissingSecurityToken');
    });
  });
}

async function playedEvening(): Promise<Emulator> {
  const emulator = await startEmulator({
    port: 0,
    accessKeys: [
      { accessKeyId: key.id, accessKeySecret: key.secret },
      { accessKeyId: temporary.id, accessKeySecret: temporary.secret, securityToken: temporary.token },
    ],
    knobs: { shuffleWindowMs: 1, lateRate: 0, renditionFailureRate: 0, jobCompression: 1e7, configPerSecond: null },
  });
  emulator.play({ practices: ['3a'], shows: 1, compression: 1e7 });
  emulator.addVideo();
  await emulator.whenQuiet();
  return emulator;
}
