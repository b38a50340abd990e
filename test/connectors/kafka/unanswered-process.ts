/**
 * A process of its own whose group tells it of partitions, and which never answers: its loop is busy. Arguments: brokers,
 * topic, group. It says `told` once it was told, and closes its consumer on SIGTERM.
 */
import { Consumer } from '../../../connectors/kafka/index.ts';
import { endWithin, systemClock } from '../../../connectors/platform/index.ts';

const [brokers = '', topic = '', groupId = ''] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let told = false;
const consumer = await Consumer.connect(
  { brokers, clientId: 'unanswered' },
  {
    groupId,
    groupInstanceId: 'busy',
    manualRebalance: true,
    onRebalance: () => {
      told = true;
    },
  },
);
consumer.subscribe([topic]);
while (!told) await consumer.poll(10, 50);
console.log('told');
const busyUntilMs = systemClock.monotonicMs() + 3_000;
while (systemClock.monotonicMs() < busyUntilMs);
console.log('idle');
await systemClock.sleep(3_600_000, stop.signal);
await consumer.close();
console.log('closed');
endWithin(5_000);
