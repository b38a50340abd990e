import { expect, test } from 'vitest';
import { ClientDiagnostics } from '../../../connectors/kafka/client-diagnostics.ts';

/** What librdkafka's statistics tell one after the other: where the brokers that it knows come from. */
function lostAfter(...all: (readonly string[])[]): boolean {
  const diagnostics = new ClientDiagnostics('localhost:9092');
  for (const sources of all) {
    const brokers = Object.fromEntries(sources.map((source, n) => [`broker-${n}`, { source, state: 'INIT' }]));
    diagnostics.recordStatistics({ message: JSON.stringify({ msg_cnt: 3, brokers }) });
  }
  return diagnostics.lost !== null;
}

test('a client is lost that knows no broker twice in a row', () => {
  expect(lostAfter(['internal'])).toBe(false);
  expect(lostAfter(['internal'], ['internal'])).toBe(true);
  expect(lostAfter(['internal', 'logical'], [])).toBe(true);
  expect(lostAfter(['internal'], ['internal', 'configured'], ['internal'])).toBe(false);
});

// In an outage a producer's broker stays as if it had never been tried, however many records wait.
test('one whose brokers are away is not: it goes on trying', () => {
  expect(lostAfter(['learned'], ['learned'], ['learned'])).toBe(false);
});

// After a freeze a client kept a broker that it had only heard of, whose predecessor's handle was dropped: it never turned
// to it, and the guard took it for a way back.
test('a broker that it never turned to is no way back', () => {
  const diagnostics = new ClientDiagnostics('localhost:9092');
  const count = (connects: number) =>
    diagnostics.recordStatistics({
      message: JSON.stringify({ brokers: { b: { source: 'learned', state: 'INIT', connects } } }),
    });
  for (let times = 0; times < 5; times++) count(1);
  expect(diagnostics.lost).toBeNull();
  // A client that has just replaced its first broker by those that it heard of turns to one at its next refresh.
  for (let times = 0; times < 7; times++) count(0);
  expect(diagnostics.lost).toBeNull();
  count(0);
  expect(diagnostics.lost).toMatchObject({ code: 'KAFKA_BROKERS_FORGOTTEN', fatal: true });
});

// The binding drops a fatal error that comes behind a record in the same call, and its error event never says "fatal": a
// fenced sink read nothing any more, ready and live, with 540,000 records to go.
test('the log line of a fatal error is enough to know that the client is finished', () => {
  const diagnostics = new ClientDiagnostics('localhost:9092');
  diagnostics.record({ severity: 4, fac: 'FAIL', message: 'Fatal error of somebody else' });
  expect(diagnostics.lost).toBeNull();
  diagnostics.record({ severity: 0, fac: 'FATAL', message: 'Fatal error: Broker: Static consumer fenced' });
  expect(diagnostics.lost).toMatchObject({ code: 'ERR__FATAL', fatal: true });
});

test('what was lost stays lost', () => {
  expect(lostAfter([], [], ['learned'])).toBe(true);
});
