import { expect, test } from 'vitest';
import { roleFault } from '../../cli/roles/run.ts';
import { ClickhouseFault } from '../../connectors/clickhouse/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { ProcessorFault, type ProcessorFaultCode } from '../../runtime/index.ts';
import { IngressFault } from '../../services/intake/http/index.ts';

// The exit code decides whether a supervisor starts a role again. All of these ended with 69, "something isn't there".
test.each<[ProcessorFaultCode, number]>([
  ['FAILURE_LIMIT', 65],
  ['UNREADABLE_BATCH', 65],
  ['INSTANCE_FENCED', 69],
  ['DEFECT', 70],
  ['BUDGET_SPENT', 69],
  ['TOPIC_MISSING', 69],
  ['DISK_FULL', 69],
])('a processor that ends with %s ends its role with %i', (code, exitCode) => {
  expect(roleFault('processor', new ProcessorFault(code, 'why'), true)).toMatchObject({
    exitCode,
    message: 'processor: why',
  });
});

// `up` started a sink again every 15 s for ever, whose database no start makes its own.
test.each([
  ['OTHER_TOPICS', 65],
  ['ROWS_REFUSED', 65],
] as const)('a sink that ends with %s ends its role with %i', (code, exitCode) => {
  expect(roleFault('sink', new ClickhouseFault(code, 'why'), false)).toMatchObject({ exitCode });
});

test.each([
  [false, 78],
  [true, 69],
])('a cluster that refuses us is a wrong setting only before the role was ready (%s)', (wasReady, exitCode) => {
  const denied = new KafkaFault('refused', { code: 'ERR__AUTHENTICATION', denied: true });
  expect(roleFault('sink', denied, wasReady)).toMatchObject({ exitCode });
});

// An ingress is ready before it has met Kafka, which makes its refusal no less a wrong setting.
test('a cluster that has never let an ingress in is a wrong setting whenever that shows', () => {
  const refused = new IngressFault('KAFKA_REFUSED', 'wrong password', { retryable: false });
  expect(roleFault('ingress', refused, true)).toMatchObject({ exitCode: 78 });
});

test('an error without a code is a failure', () => {
  expect(roleFault('sink', new Error('what?'), true)).toMatchObject({ exitCode: 1 });
});
