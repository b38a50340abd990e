/**
 * A process of its own that owes its group an answer when it is told to stop. Arguments: brokers, topic, group, and what it
 * doesn't answer: `assign`, `revoke`, or `lost`, what it is told of after its loop was busy for longer than a member may be.
 * It says `owns` once it has partitions, `told` once it was told what it doesn't answer, and closes its consumer on SIGTERM.
 */
import { Consumer } from '../../../connectors/kafka/index.ts';
import { endWithin, systemClock } from '../../../platform/host/index.ts';

const [brokers = '', topic = '', groupId = '', unanswered = 'assign'] = process.argv.slice(2);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let owns = false;
let told = false;
const consumer: Consumer = await Consumer.connect(
  { brokers, clientId: 'unanswered' },
  {
    groupId,
    groupInstanceId: 'busy',
    manualRebalance: true,
    sessionTimeoutMs: 6_000,
    ...(unanswered === 'lost' ? { maxPollIntervalMs: 6_000 } : {}),
    onRebalance: (event) => {
      // The consumer has answered what comes while it closes.
      if (stop.signal.aborted) return;
      const kind = event.kind === 'revoke' && event.lost ? 'lost' : event.kind;
      if (kind === unanswered) {
        told = true;
        return;
      }
      consumer.answerRebalance(event.kind, event.partitions);
      owns ||= event.kind === 'assign' && event.partitions.length > 0;
    },
  },
);
consumer.subscribe([topic]);
const pollUntil = async (enough: () => boolean) => {
  while (!enough()) await consumer.poll(10, 50).catch(() => {});
};
const beBusy = (ms: number) => {
  const untilMs = systemClock.monotonicMs() + ms;
  while (systemClock.monotonicMs() < untilMs);
};
if (unanswered !== 'assign') {
  await pollUntil(() => owns);
  console.log('owns');
}
if (unanswered === 'lost') beBusy(9_000);
await pollUntil(() => told);
console.log('told');
beBusy(3_000);
console.log('idle');
await systemClock.sleep(3_600_000, stop.signal);
await consumer.close();
console.log('closed');
endWithin(5_000);
