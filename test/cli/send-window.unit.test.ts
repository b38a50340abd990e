import { expect, test } from 'vitest';
import { SendWindow } from '../../cli/send-window.ts';
import type { OutgoingRecord } from '../../connectors/kafka/index.ts';

const record = (bytes: number) => ({ topic: 't', key: null, value: Buffer.alloc(bytes) });
const limitBytes = 32 * 1024 * 1024;

/** Takes records up to the limit of a real producer; they are durable one turn of the event loop later. */
function producer() {
  let onTheirWay = 0;
  let sent = 0;
  return {
    sent: () => sent,
    send: async ({ value }: OutgoingRecord) => {
      const bytes = value?.length ?? 0;
      if (onTheirWay + bytes > limitBytes) throw new Error('too many bytes are on their way');
      onTheirWay += bytes;
      await new Promise((later) => setImmediate(later));
      onTheirWay -= bytes;
      sent += 1;
      return { partition: 0, offset: sent };
    },
  };
}

// Bounded by number alone, records of more than 6.7 KB on average ran into the producer's limit, and the refusal was
// nobody's: it ended the process.
test('large records are held back before the producer refuses them, small ones by their number', async () => {
  const real = producer();
  const window = new SendWindow(real);
  for (let count = 0; count < 100; count += 1) await window.send(record(2 * 1024 * 1024 - 1));
  for (let count = 0; count < 12_000; count += 1) await window.send(record(10));
  await window.settled();
  expect(real.sent()).toBe(12_100);
});

test('a refusal is told by the next wait, not before and not beside it', async () => {
  const window = new SendWindow({ send: () => Promise.reject(new Error('refused')) });
  await window.send(record(1));
  await new Promise((later) => setImmediate(later));
  await expect(window.settled()).rejects.toThrow('refused');
  await window.settled();
});
