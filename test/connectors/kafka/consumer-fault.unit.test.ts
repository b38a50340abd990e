import { expect, test } from 'vitest';
import { fatalFault, missingCompressionTypes, unreadableBatch } from '../../../connectors/kafka/consumer-fault.ts';
import { KafkaFault } from '../../../connectors/kafka/index.ts';

const notImplemented = new KafkaFault('cannot read records: Local: Not implemented', { code: 'ERR__NOT_IMPLEMENTED' });

// "Local: Not implemented" was all that a processor said of a batch in zstd, in a loop of restarts without end.
test('a batch that can not be decompressed is told with its place', async () => {
  const ends: Record<number, { low: number; high: number }> = {
    0: { low: 0, high: 7 },
    1: { low: 0, high: 9 },
    2: { low: 4, high: 8 },
  };
  const fault = await unreadableBatch(
    notImplemented,
    [
      { topic: 'callbacks', partition: 0, position: 7 },
      { topic: 'callbacks', partition: 1, position: 3 },
      { topic: 'callbacks', partition: 2, position: -1 },
      { topic: 'callbacks', partition: 3, position: 0 },
    ],
    async ({ partition }) => {
      const end = ends[partition];
      if (!end) throw new Error('away');
      return end;
    },
  );
  expect(fault).toMatchObject({ code: 'KAFKA_UNREADABLE_BATCH', retryable: false });
  expect(fault.message).toContain('callbacks/1 at offset 3 or callbacks/2 at offset 4');
  expect(fault.message).not.toContain('callbacks/0');
});

test('a client names the ways of compression that it lacks', () => {
  expect(missingCompressionTypes(['gzip', 'snappy', 'ssl', 'lz4'])).toEqual(['zstd']);
});

test('only a member with a name can lose it', () => {
  const said = 'Fatal error: Broker: Static consumer fenced by other consumer with same group.instance.id';
  expect(fatalFault(said, { groupId: 'sink', groupInstanceId: 'a' }).message).toMatch(
    /sink under the name a.*LIVE2VOD_INSTANCE/s,
  );
  expect(fatalFault(said, { groupId: 'sink' })).toMatchObject({ code: 'ERR__FATAL', fatal: true });
});
