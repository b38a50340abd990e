import { expect, test } from 'vitest';
import { Complaints } from '../../../connectors/kafka/client/connection.ts';

/** What librdkafka's statistics tell one after the other: where the brokers that it knows come from. */
function lostAfter(...all: (readonly string[])[]): boolean {
  const complaints = new Complaints('localhost:9092');
  for (const sources of all) {
    const brokers = Object.fromEntries(sources.map((source, n) => [`broker-${n}`, { source, state: 'INIT' }]));
    complaints.count({ message: JSON.stringify({ msg_cnt: 3, brokers }) });
  }
  return complaints.lost !== null;
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

test('what was lost stays lost', () => {
  expect(lostAfter([], [], ['learned'])).toBe(true);
});
