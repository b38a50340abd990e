// Ports that met were found by whichever part came second, as a port that "something" had taken; the controller's, one
// above KAFKA_PORT, had no name at all, and 65536 ended in a stack trace.
import { expect, test } from 'vitest';
import { portsOfRoles, portsOfStack, refuseSharedPorts } from '../../cli/shared-ports.ts';
import { brokerAddresses } from '../../schemas/address.ts';
import { type RoleName, roleSettings } from '../../schemas/role-settings.ts';
import { readSettings } from '../../schemas/settings.ts';

const roles = Object.keys(roleSettings) as RoleName[];

function refusalOf(environment: Record<string, string>): string | null {
  const settings = readSettings(environment);
  try {
    refuseSharedPorts([...portsOfStack(settings), ...portsOfRoles(settings, roles)]);
  } catch (error) {
    return (error as Error).message;
  }
  return null;
}

test.each([
  [{ INGRESS_PORT: '8080' }, /INGRESS_PORT and CONSOLE_PORT|CONSOLE_PORT and INGRESS_PORT/],
  [{ REGISTRY_PORT: '9093' }, /KAFKA_PORT \+ 1 \(its controller\) and REGISTRY_PORT both name port 9093/],
  [{ METRICS_PORT: '8078' }, /CONSOLE_PORT and METRICS_PORT \+ 2 \(of processor\) both name port 8080/],
  [{ CLICKHOUSE_PORT: '9092' }, /KAFKA_PORT and CLICKHOUSE_PORT/],
  [{ INGRESS_PORT: '8080', INGRESS_BIND: '0.0.0.0' }, /both name port 8080/],
])('%j is told with both names', (environment, message) => {
  expect(refusalOf(environment)).toMatch(message);
});

test('the defaults, and one port on two addresses, are fine', () => {
  expect(refusalOf({})).toBeNull();
  expect(refusalOf({ INGRESS_PORT: '8080', INGRESS_BIND: '127.0.0.2' })).toBeNull();
});

test('KAFKA_PORT leaves room for the controller', () => {
  expect(() => readSettings({ KAFKA_PORT: '65535' })).toThrow(/KAFKA_PORT.*controller/);
});

test.each([
  ['h:1', [{ host: 'h', port: 1 }]],
  [
    '[::1]:9092,h2:9093',
    [
      { host: '::1', port: 9092 },
      { host: 'h2', port: 9093 },
    ],
  ],
  ['::1:9092', null],
  ['[h]:1', null],
  ['h', null],
  ['h:0', null],
  ['h:65536', null],
  ['h:1,', null],
  ['h:1, h2:2', null],
  ['PLAINTEXT://h:1', null],
  ['u:p@h:1', null],
])('brokers %s', (text, brokers) => {
  expect(brokerAddresses(text)).toEqual(brokers);
  if (brokers === null) expect(() => readSettings({ KAFKA_BROKERS: text })).toThrow(/KAFKA_BROKERS/);
  else expect(readSettings({ KAFKA_BROKERS: text }).KAFKA_BROKERS).toBe(text);
});
