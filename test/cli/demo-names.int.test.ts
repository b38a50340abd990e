import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { demoNames } from '../../cli/demo/names.ts';
import { Admin } from '../../connectors/kafka/index.ts';
import { readSettings } from '../../schemas/settings.ts';

const stack = inject('stack');

// Where brokers create topics, a consumer that comes before the demo makes one with Kafka's defaults: the demo took its
// usual names, as nothing was in there, and then refused the topic.
test.each([
  ['a topic of Kafka’s defaults the demo has topics of its own', [{ name: 'video-state', partitions: 1 }], true],
  ['nothing the usual ones', [], false],
])('beside %s', async (_, made, ownTopics) => {
  const prefix = `test-${randomUUID()}.`;
  const admin = await Admin.connect({ brokers: stack.brokers, clientId: 'test-demo' });
  onTestFinished(() => admin.close());
  await admin.ensureTopics(made.map((topic) => ({ ...topic, name: `${prefix}${topic.name}` })));
  const settings = readSettings({ KAFKA_BROKERS: stack.brokers, LIVE2VOD_TOPIC_PREFIX: prefix });
  expect(await demoNames(settings, 'run')).toMatchObject({
    ownTopics,
    topicPrefix: ownTopics ? 'live2vod-demo-run.' : prefix,
  });
});
