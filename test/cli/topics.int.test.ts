/**
 * Topics were compared by name and number of partitions alone: state topics that somebody's client had created with
 * Kafka's defaults passed for ours, and a week later Kafka deleted the states.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { kafkaSettingsOf } from '../../cli/endpoints.ts';
import { applyTopics, planTopics } from '../../cli/topic-plan.ts';
import { Admin, type TopicSpec } from '../../connectors/kafka/index.ts';
import { readSettings } from '../../schemas/settings.ts';
import { account, type SecuredBroker, startSecuredBroker } from '../connectors/kafka/secured-broker.ts';
import { temporaryFolder } from '../runtime/running.ts';

const stack = inject('stack');

/** A pipeline of its own: its settings, and an admin that has created these topics under its prefix. */
async function withTopics(topics: readonly TopicSpec[], changed: Readonly<Record<string, string>> = {}) {
  const prefix = `test-${randomUUID()}.`;
  const environment = {
    KAFKA_BROKERS: stack.brokers,
    LIVE2VOD_TOPIC_PREFIX: prefix,
    LIVE2VOD_PARTITIONS: '2',
    ...changed,
  };
  const settings = readSettings(environment);
  const admin = await Admin.connect(kafkaSettingsOf(settings, 'test'));
  await admin.ensureTopics(topics.map((topic) => ({ ...topic, name: `${prefix}${topic.name}` })));
  return { admin, settings, prefix };
}

test('what was applied agrees with the contracts', async () => {
  const { admin, settings } = await withTopics([]);
  await applyTopics(admin, settings);
  const plan = await planTopics(admin, settings);
  admin.close();
  expect(plan).toMatchObject({ create: [], differences: [], refused: [] });
  expect(plan.existing).toHaveLength(8);
});

test('a state topic that Kafka would delete from is refused, and nothing is created', async () => {
  const { admin, settings, prefix } = await withTopics([
    { name: 'video-state', partitions: 2, config: { 'cleanup.policy': 'delete' } },
    { name: 'session-state', partitions: 2, config: { 'cleanup.policy': 'compact,delete' } },
  ]);
  const refusal = await applyTopics(admin, settings).catch((error: unknown) => error as Error);
  const topics = await admin.listTopics();
  admin.close();
  expect(refusal).toMatchObject({ name: 'CommandFault' });
  expect(refusal).toMatchObject({
    message: expect.stringContaining(`${prefix}video-state has cleanup.policy=delete and should have compact`),
  });
  expect(refusal).toMatchObject({
    message: expect.stringContaining(`${prefix}session-state has cleanup.policy=compact,delete`),
  });
  expect(topics.filter((name) => name.startsWith(prefix))).toHaveLength(2);
});

test('other differences are told and left alone', async () => {
  const { admin, settings, prefix } = await withTopics([
    { name: 'callbacks', partitions: 2, config: { 'retention.ms': '3600000', 'max.message.bytes': '1048588' } },
  ]);
  const plan = await applyTopics(admin, settings);
  admin.close();
  expect(plan.create).toHaveLength(7);
  expect(plan.differences).toEqual([
    `${prefix}callbacks has max.message.bytes=1048588 and should have 2097152`,
    `${prefix}callbacks has retention.ms=3600000 and should have 604800000`,
  ]);
});

test('a cluster that cannot be asked is no reason to stop', async () => {
  const { admin, settings } = await withTopics([]);
  await applyTopics(admin, settings);
  const plan = await planTopics(admin, { ...settings, KAFKA_BROKERS: '127.0.0.1:1' });
  admin.close();
  expect(plan.refused).toEqual([]);
  expect(plan.differences).toEqual([expect.stringContaining('was not compared')]);
});

let cluster: SecuredBroker;
let own: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  own = await temporaryFolder();
  cluster = await startSecuredBroker(own.folder);
});
afterAll(async () => {
  await cluster?.broker.kill9();
  await own.remove();
});

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
  'a secured cluster is compared too, by %s',
  async (mechanism) => {
    const secured = {
      KAFKA_BROKERS: cluster.secured,
      KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: account.user,
      KAFKA_SASL_PASSWORD: account.password,
      KAFKA_SSL_CA_FILE: cluster.caFile,
    };
    const { admin, settings, prefix } = await withTopics(
      [{ name: 'callbacks', partitions: 2, config: { 'retention.ms': '3600000' } }],
      secured,
    );
    const plan = await planTopics(admin, settings);
    admin.close();
    expect(plan.differences).toContain(`${prefix}callbacks has retention.ms=3600000 and should have 604800000`);
  },
);
