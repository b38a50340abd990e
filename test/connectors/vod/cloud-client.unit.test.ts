import PopCore from '@alicloud/pop-core';
import { afterEach, describe, expect, it } from 'vitest';
import { CloudFault, type Credentials, cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { expectedSignature, type Reply, refusal, type ScriptedCloud, scriptedCloud } from './scripted-cloud.ts';

const secret = 'Secret+With/Signs=';
const sts: Credentials = { accessKeyId: 'STS.testid', accessKeySecret: secret, securityToken: 'token/with+signs==' };
const job = { videoId: 'a1b2', templateGroupId: 'ffee', sessionId: 'v1_0a1b', priority: 6 };

let server: ScriptedCloud | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function client(
  script: Parameters<typeof scriptedCloud>[0],
  credentials = fixedCredentials(sts),
  timeoutMs = 10_000,
) {
  server = await scriptedCloud(script);
  return cloudClient({ vodEndpoint: server.url, liveEndpoint: server.url, credentials, timeoutMs });
}

async function faultOf(reply: Reply): Promise<CloudFault> {
  const cloud = await client(() => reply, fixedCredentials(sts), reply === 'hang' ? 150 : 10_000);
  return await cloud.submitTranscodeJobs(job).then(
    () => expect.fail('the call should have failed'),
    (error: unknown) => (error instanceof CloudFault ? error : expect.fail(`not a CloudFault: ${String(error)}`)),
  );
}

describe('signing', () => {
  // Vectors of cloud facts 5.
  it.each([
    {
      action: 'GetVideoPlayAuth',
      method: 'GET',
      key: { accessKeyId: 'testAccessKeyId', accessKeySecret: 'testAccessKeySecret' },
      params: {
        SignatureNonce: '8f8a035d-6496-4268-afd4-67c22837e38d',
        Timestamp: '2017-10-10T12:02:54Z',
        VideoId: '5aed81b74ba84920be578cdfe004af4b',
      },
      signature: 'Ibgh7y8Vp47LBuAsf5Xhi1SvDss=',
    },
    {
      action: 'SubmitTranscodeJobs',
      method: 'POST',
      key: { accessKeyId: 'testid', accessKeySecret: 'testsecret' },
      params: {
        SignatureNonce: 'nonce-0001',
        Timestamp: '2024-01-02T03:04:05Z',
        VideoId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
        TemplateGroupId: 'ffeeddccbbaa99887766554433221100',
        SessionId: 'v1_0a1b2c3d_ffeeddcc',
        UserData: '{"Extend":"{\\"k\\":\\"v 1*~\\"}"}',
      },
      signature: 'Ice5Kq/wLSGKgSZwIeT+jMaki8w=',
    },
  ])('gives $signature for $action by the SDK and by the text', async ({ action, method, key, params, signature }) => {
    server = await scriptedCloud(() => ({ status: 200, body: {} }));
    const sdk = new PopCore({ endpoint: server.url, apiVersion: '2017-03-21', ...key });
    await sdk.request(action, params, { method });
    const [received] = server.calls;
    if (!received) return expect.fail('no call came');
    const query = Object.fromEntries(new URL(received.path, server.url).searchParams);
    const call = method === 'GET' ? { ...received, params: query } : received;
    expect(call.params.Signature).toBe(signature);
    expect(expectedSignature(call, key.accessKeySecret)).toBe(signature);
  });

  it('signs every attempt anew, in the body, with the token of STS', async () => {
    const cloud = await client(() => ({ status: 200, body: { TranscodeTaskId: 'task' } }));
    await cloud.submitTranscodeJobs(job);
    await cloud.submitTranscodeJobs(job);
    const calls = server?.calls ?? [];
    expect(calls.map((call) => [call.method, call.path])).toEqual([
      ['POST', '/'],
      ['POST', '/'],
    ]);
    for (const call of calls) expect(call.params.Signature).toBe(expectedSignature(call, secret));
    expect(new Set(calls.map((call) => call.params.SignatureNonce)).size).toBe(2);
    expect(calls[0]?.params).toMatchObject({
      Action: 'SubmitTranscodeJobs',
      Version: '2017-03-21',
      Format: 'JSON',
      SecurityToken: sts.securityToken,
      VideoId: 'a1b2',
      SessionId: 'v1_0a1b',
      Priority: '6',
    });
  });

  it('asks for credentials before every call, so that rotation needs no restart', async () => {
    let turn = 0;
    const rotating = {
      getCredentials: () => Promise.resolve({ accessKeyId: `key-${++turn}`, accessKeySecret: `secret-${turn}` }),
    };
    const cloud = await client(() => ({ status: 200, body: { TranscodeTaskId: 'task' } }), rotating);
    await cloud.submitTranscodeJobs(job);
    await cloud.submitTranscodeJobs(job);
    expect(server?.calls.map((call) => call.params.AccessKeyId)).toEqual(['key-1', 'key-2']);
    expect(server?.calls.map((call) => call.params.SecurityToken)).toEqual([undefined, undefined]);
  });
});

describe('requests and answers', () => {
  it('leaves absent parameters out', async () => {
    const cloud = await client(() => ({ status: 200, body: { TranscodeTaskId: 'task' } }));
    await cloud.submitTranscodeJobs({ ...job, priority: null });
    expect(server?.calls[0]?.params).not.toHaveProperty('Priority');
  });

  it('gives plain objects and numbers, whatever the SDK parsed', async () => {
    const jobInfo = {
      TranscodeJobId: 'job-1',
      TranscodeJobStatus: 'TranscodeSuccess',
      CreationTime: '2026-03-01T10:00:04Z',
      OutputFile: { Filesize: '@big@', Bitrate: '925', Format: 'mp4', Duration: '' },
    };
    const task = {
      TranscodeTaskId: 'task-1',
      TaskStatus: 'CompeleteAllSucc',
      Trigger: 'Manual',
      TranscodeJobInfoList: [jobInfo],
    };
    const text = JSON.stringify({ TranscodeTask: task }).replace('"@big@"', '1234567890123456');
    const cloud = await client(() => ({ status: 200, text }));
    const found = await cloud.getTranscodeTask({ taskId: 'task-1' });
    expect(found).toMatchObject({ taskId: 'task-1', outcome: 'succeeded', trigger: 'Manual', videoId: null });
    expect(found.jobs[0]).toMatchObject({
      jobId: 'job-1',
      sizeBytes: 1_234_567_890_123_456,
      bitrateKbps: 925,
      durationSeconds: null,
      createdAtMs: Date.UTC(2026, 2, 1, 10, 0, 4),
    });
    expect(Object.getPrototypeOf(found.jobs[0])).toBe(Object.prototype);
  });

  it('reads a list bare and wrapped, and all its pages', async () => {
    const row = (n: number) => ({ TranscodeTaskId: `task-${n}`, Trigger: 'Auto', TaskStatus: 'Processing' });
    const rows = Array.from({ length: 60 }, (_, n) => row(n));
    const cloud = await client(({ params }) => {
      const from = (Number(params.PageNo) - 1) * 50;
      const page = rows.slice(from, from + 50);
      return { status: 200, body: { TranscodeTaskList: params.PageNo === '1' ? page : { TranscodeTask: page } } };
    });
    const { rows: found } = await cloud.listTranscodeTask({ videoId: 'a1b2', createdFromMs: Date.UTC(2026, 2, 1) });
    expect(found.map((task) => task.taskId)).toEqual(rows.map((one) => one.TranscodeTaskId));
    expect(server?.calls[0]?.params).toMatchObject({ StartTime: '2026-03-01T00:00:00Z', PageSize: '50' });
  });
});

describe('faults', () => {
  it.each([
    [refusal(400, 'Throttling.User'), 'throttled', 'Throttling.User'],
    [refusal(400, 'Throttling'), 'throttled', 'Throttling'],
    [refusal(400, 'Forbidden.IllegalStatus'), 'lagging', 'Forbidden.IllegalStatus'],
    [refusal(400, 'InvalidParameter.SessionIdRepeated'), 'already-submitted', 'InvalidParameter.SessionIdRepeated'],
    [refusal(404, 'InvalidVideo.NotFound'), 'terminal', 'InvalidVideo.NotFound'],
    [refusal(404, 'NoSuchResource'), 'terminal', 'NoSuchResource'],
    [refusal(500, 'InternalError'), 'ambiguous', 'InternalError'],
    [refusal(503, 'ServiceUnAvailable'), 'ambiguous', 'ServiceUnAvailable'],
    [refusal(400, 'SignatureNonceUsed'), 'ambiguous', 'SignatureNonceUsed'],
    [refusal(403, 'InvalidSecurityToken.Expired'), 'retryable', 'InvalidSecurityToken.Expired'],
    [refusal(403, 'OperationDenied.Suspended'), 'retryable', 'OperationDenied.Suspended'],
    [{ status: 502, text: '<html>Bad Gateway</html>' }, 'ambiguous', 'NotJson'],
    [{ status: 504, body: {} }, 'ambiguous', 'Http504'],
    [{ status: 200, text: 'null' }, 'ambiguous', 'NoAnswer'],
    [{ status: 200, body: { RequestId: 'x' } }, 'ambiguous', 'UnreadableAnswer'],
    ['hang', 'ambiguous', 'RequestTimeout'],
    ['cut', 'ambiguous', 'ECONNRESET'],
  ] as const)('%j is %s', async (reply, kind, code) => {
    const fault = await faultOf(reply);
    expect({ kind: fault.kind, code: fault.code, action: fault.action }).toEqual({
      kind,
      code,
      action: 'SubmitTranscodeJobs',
    });
  });

  it('a refused connection did nothing, so that it may be repeated', async () => {
    const cloud = await client(() => 'hang');
    await server?.close();
    await expect(cloud.submitTranscodeJobs(job)).rejects.toMatchObject({ kind: 'retryable', code: 'ECONNREFUSED' });
  });

  it('a lost answer to a question is merely retryable', async () => {
    const cloud = await client(() => 'hang', fixedCredentials(sts), 150);
    await expect(cloud.getTranscodeTask({ taskId: 'x' })).rejects.toMatchObject({ kind: 'retryable' });
  });

  it('a failing credentials provider concerns the whole account', async () => {
    const cloud = await client(() => 'hang', {
      getCredentials: () => Promise.reject(new TypeError(`cannot read ${secret}`)),
    });
    const fault = await cloud.submitTranscodeJobs(job).catch((error: unknown) => error);
    expect(fault).toMatchObject({ kind: 'retryable', code: 'CredentialsUnavailable', accountWide: true });
    expect(String(fault)).not.toContain(secret);
  });

  it('shows no secret, not even when the cloud quotes it', async () => {
    const quoted = encodeURIComponent(sts.securityToken ?? '');
    const message = `Signature is not matched. token ${quoted} key ${sts.accessKeyId} server string to sign is:POST&%2F&AccessKeyId%3D${sts.accessKeyId}`;
    for (const reply of [refusal(400, 'SignatureDoesNotMatch', message), 'hang', 'cut'] as const) {
      const fault = await faultOf(reply);
      await server?.close();
      const seen = `${fault.stack} ${JSON.stringify(fault)} ${Object.values(fault).join(' ')}`;
      for (const hidden of [secret, sts.securityToken ?? '', quoted, sts.accessKeyId])
        expect(seen).not.toContain(hidden);
    }
  });
});
