/** ApsaraVideo Live's own record callbacks, as its page shows them (cloud facts 4.11). */
import { describe, expect, it } from 'vitest';
import { liveRecordOf } from '../../../processors/callback/index.ts';

const sentAtMs = Date.UTC(2026, 2, 1, 10) + 417;
const second = Date.UTC(2026, 2, 1, 10);
const stream = { domain: 'gs_domain', app: 'gs_app', stream: 'gs_stream' };
const read = (body: unknown) => liveRecordOf(Buffer.from(JSON.stringify(body)), sentAtMs);
const live = (body: object) => {
  const opened = read({ ...stream, ...body });
  return opened.ok ? opened.record.live : opened.reason;
};

describe('what is read', () => {
  it.each([
    ['record_started', 'STARTED'],
    ['record_paused', 'PAUSED'],
    ['record_resumed', 'RESUMED'],
  ])('%s happened in the second in which it was sent', (event, as) => {
    expect(read({ ...stream, event })).toEqual({
      ok: true,
      record: {
        stream: { domainName: 'gs_domain', appName: 'gs_app', streamName: 'gs_stream' },
        live: { event: as, time: second, startTime: null, endTime: null },
      },
    });
  });

  it('a file tells its own times, in seconds', () => {
    const file = { uri: 'a/b/0_2017.flv', duration: 69.403, start_time: 1488985786, stop_time: 1488985840 };
    const [startTime, endTime] = [1_488_985_786_000, 1_488_985_840_000];
    expect(live({ ...file, push_args: { callback_myid: '1' } })).toEqual({
      ...{ event: 'FILE', time: endTime, startTime, endTime },
    });
  });
});

describe('what says nothing', () => {
  it.each([
    ['an event of another kind', { event: 'record_error' }],
    ['neither an event nor a file', {}],
    ['a file without times', { uri: 'a' }],
    ['a file that ended before it began', { uri: 'a', start_time: 1488985840, stop_time: 1488985786 }],
    ['a file of tomorrow', { uri: 'a', start_time: second / 1000, stop_time: second / 1000 + 86_400 }],
    ['a file whose times are no seconds', { uri: 'a', start_time: -1, stop_time: 1e15 }],
  ])('%s', (_, body) => {
    expect(live(body)).toBeNull();
  });
});

describe('what can not be used', () => {
  it.each([
    ['no stream', { ...stream, stream: '' }, /domain, app or stream is missing/],
    ['a name with a control character', { ...stream, app: 'a\u0000b' }, /control character/],
    ['no object', ['record_started'], /not a JSON object/],
  ])('%s', (_, body, why) => {
    const opened = read(body);
    expect(opened.ok ? '' : opened.reason).toMatch(why);
  });

  // `a/b` became a session `a%2Fb/…` that no filter can name.
  it.each([
    ['a/b', 'app', "domain can't be a host name"],
    ['a b', 'app', "domain can't be a host name"],
    ['a:80', 'app', "domain can't be a host name"],
    ['a', 'b/c', 'app has a slash'],
  ])('a domain that is no host, or an app with a slash: %s %s', (domain, app, reason) => {
    const body = Buffer.from(JSON.stringify({ domain, app, stream: 'c/d', event: 'record_started' }));
    expect(liveRecordOf(body, sentAtMs)).toEqual({ ok: false, reason });
  });

  it.each(['play.example.com', 'play_1.example.com', '直播.example.com'])('but %s is a host', (domain) => {
    const body = Buffer.from(JSON.stringify({ domain, app: 'a', stream: 'c/d', event: 'record_started' }));
    expect(liveRecordOf(body, sentAtMs)).toMatchObject({ ok: true, record: { stream: { streamName: 'c/d' } } });
  });

  it('a number beyond all bounds', () => {
    const body = Buffer.from(`{"domain":"a","app":"b","stream":"c","uri":"u","start_time":1e999}`);
    expect(liveRecordOf(body, sentAtMs)).toMatchObject({ ok: false });
  });
});
