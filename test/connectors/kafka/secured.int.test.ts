import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kafkaSettingsOf } from '../../../cli/endpoints.ts';
import {
  Admin,
  Consumer,
  IdempotentProducer,
  type KafkaSettings,
  TransactionalProducer,
} from '../../../connectors/kafka/index.ts';
import { readSettings } from '../../../schemas/settings.ts';
import { type Count, counting, jsonCodecs, topicsOf } from '../../runtime/counting.ts';
import { startProcessor, temporaryFolder } from '../../runtime/running.ts';
import { eventually } from '../../support/eventually.ts';
import { account, type SecuredBroker, startSecuredBroker } from './secured-broker.ts';

let cluster: SecuredBroker;
let own: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  own = await temporaryFolder();
  cluster = await startSecuredBroker(own.folder);
});
afterAll(async () => {
  // Nothing of it is kept, so a graceful stop would only take time.
  await cluster?.broker.kill9();
  await own.remove();
});

/** What a role gets from an environment that names the secured listener, with some of it changed. */
function settings(changed: Readonly<Record<string, string | undefined>> = {}): KafkaSettings {
  const environment = {
    KAFKA_BROKERS: cluster.secured,
    KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_USERNAME: account.user,
    KAFKA_SASL_PASSWORD: account.password,
    KAFKA_SSL_CA_FILE: cluster.caFile,
    ...changed,
  };
  return kafkaSettingsOf(readSettings(environment), 'test');
}

const clients: Readonly<Record<string, (s: KafkaSettings) => Promise<{ close(): unknown }>>> = {
  admin: (s) => Admin.connect(s),
  producer: (s) => IdempotentProducer.connect(s),
  consumer: (s) => Consumer.connect(s),
  'transactional producer': (s) => TransactionalProducer.connect(s, { transactionalId: 'refused' }),
};

describe('what is set wrongly is told in one line that names the setting', () => {
  const wrong = {
    'a wrong password': {
      changed: () => ({ KAFKA_SASL_PASSWORD: 'wr0ng-p4ss' }),
      code: 'KAFKA_LOGIN_REFUSED',
      names: 'KAFKA_SASL_PASSWORD',
    },
    'a wrong password with PLAIN': {
      changed: () => ({ KAFKA_SASL_PASSWORD: 'wr0ng-p4ss', KAFKA_SASL_MECHANISM: 'PLAIN' }),
      code: 'KAFKA_LOGIN_REFUSED',
      names: 'KAFKA_SASL_PASSWORD',
    },
    'an authority that did not sign the certificate': {
      changed: () => ({ KAFKA_SSL_CA_FILE: cluster.strangerFile }),
      code: 'KAFKA_CERTIFICATE_UNTRUSTED',
      names: 'KAFKA_SSL_CA_FILE',
    },
    'a file of authorities that is not there': {
      changed: () => ({ KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' }),
      code: 'KAFKA_FILE_UNREADABLE',
      names: 'KAFKA_SSL_CA_FILE',
    },
    'no TLS against a listener with it': {
      changed: () => ({ KAFKA_SECURITY_PROTOCOL: 'plaintext' }),
      code: 'KAFKA_PROTOCOL_MISMATCH',
      names: 'KAFKA_SECURITY_PROTOCOL',
    },
    'TLS against a listener without it': {
      changed: () => ({ KAFKA_BROKERS: cluster.broker.brokers }),
      code: 'KAFKA_PROTOCOL_MISMATCH',
      names: 'KAFKA_SECURITY_PROTOCOL',
    },
  };

  for (const [what, { changed, code, names }] of Object.entries(wrong)) {
    test(what, async () => {
      const faults = await Promise.all(
        Object.entries(clients).map(async ([kind, connect]) => {
          const fault = await connect(settings(changed())).then(
            () => new Error(`the ${kind} got in`),
            (error: unknown) => error as Error,
          );
          return { kind, fault };
        }),
      );
      for (const { kind, fault } of faults) {
        expect(fault, kind).toMatchObject({ code, denied: true, retryable: false });
        expect(fault.message, kind).toContain(names);
        expect(fault.message, kind).not.toContain('\n');
        const told = inspect(fault, { depth: 10, showHidden: true });
        expect(told, kind).not.toContain('wr0ng-p4ss');
        expect(told, kind).not.toContain(account.password);
      }
    });
  }

  test('a processor ends instead of trying for ever', async () => {
    const processor = startProcessor<Count>({
      topology: counting,
      topics: topicsOf('refused.'),
      kafka: settings({ KAFKA_SASL_PASSWORD: 'wr0ng-p4ss' }),
      instance: 'refused',
      stateFolder: `${own.folder}/refused`,
      codecs: jsonCodecs,
    });
    await expect(processor.ended).rejects.toMatchObject({
      code: 'DENIED',
      retryable: false,
      message: expect.stringContaining('KAFKA_SASL_PASSWORD'),
    });
  });
});

for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
  test(`every client works over TLS with ${mechanism}`, async () => {
    const kafka = settings({ KAFKA_SASL_MECHANISM: mechanism });
    const topics = topicsOf(`${mechanism.toLowerCase()}.`);
    const names = (['callbacks', 'video-state', 'transcode-jobs', 'dead-letters'] as const).map(topics);
    const admin = await Admin.connect(kafka);
    await admin.ensureTopics(names.map((name) => ({ name, partitions: 1 })));
    const processor = startProcessor<Count>({
      topology: counting,
      topics,
      kafka,
      instance: 'secured',
      stateFolder: `${own.folder}/${mechanism}`,
      codecs: jsonCodecs,
    });
    const producer = await IdempotentProducer.connect(kafka);
    const consumer = await Consumer.connect(kafka);
    try {
      for (const n of [1, 2, 3]) {
        await producer.send({ topic: topics('callbacks'), key: 'video', value: Buffer.from(JSON.stringify({ n })) });
      }
      consumer.assign([{ topic: topics('video-state'), partition: 0, offset: 0 }]);
      let last: unknown;
      await eventually(
        async () => {
          for (const { value } of await consumer.poll(100, 100)) last = JSON.parse(String(value));
          expect(last).toEqual({ count: 3, sum: 6, last: 3 });
        },
        { timeoutMs: 30_000 },
      );
    } finally {
      await Promise.all([processor.stop(), producer.close(), consumer.close()]);
      admin.close();
    }
  });
}
