// A Kubernetes service named `kafka` sets KAFKA_PORT=tcp://… in every pod, one named `live2vod` sets LIVE2VOD_PORT and
// more: each of them stopped every command as a broken or unknown setting.
import { expect, test } from 'vitest';
import { environmentOf } from '../../schemas/role-settings.ts';
import { ignoredVariables, readSettings } from '../../schemas/settings.ts';

/** What Kubernetes sets for a service of that name with one named port, and a container link of that alias. */
function variablesOf(service: string): Record<string, string> {
  return {
    [`${service}_SERVICE_HOST`]: '10.0.0.1',
    [`${service}_SERVICE_PORT`]: '9092',
    [`${service}_SERVICE_PORT_HTTP`]: '9092',
    [`${service}_PORT`]: 'tcp://10.0.0.1:9092',
    [`${service}_PORT_9092_TCP`]: 'tcp://10.0.0.1:9092',
    [`${service}_PORT_9092_TCP_PROTO`]: 'tcp',
    [`${service}_PORT_9092_TCP_PORT`]: '9092',
    [`${service}_PORT_9092_TCP_ADDR`]: '10.0.0.1',
    [`${service}_PORT_53_UDP`]: 'udp://[fd00::1]:53',
    [`${service}_NAME`]: '/pod/kafka',
    [`${service}_ENV_PATH`]: '/usr/bin',
  };
}

test.each([
  'KAFKA',
  'REGISTRY',
  'CLICKHOUSE',
  'EMULATOR',
  'INGRESS',
  'CONSOLE',
  'METRICS',
  'LIVE2VOD',
  'LIVE2VOD_CONSOLE',
])('those of a service %s are ignored, in the settings and for a role, and told', (service) => {
  const variables = variablesOf(service);
  expect(readSettings(variables, { CONSOLE_PORT: '9001' })).toEqual(readSettings({}, { CONSOLE_PORT: '9001' }));
  expect(environmentOf('console', variables)).toEqual({});
  const ignored = service.startsWith('LIVE2VOD') ? Object.keys(variables) : [`${service}_PORT`];
  expect(ignoredVariables({ ...variables, PATH: '/bin', KAFKA_BROKERS: 'h:1' })).toEqual(ignored);
});

test.each([
  ['LIVE2VOD_HOEM', '/data'],
  ['LIVE2VOD_PORT', '8080'],
  ['LIVE2VOD_NAME', 'main'],
  ['LIVE2VOD_SERVICE_PORT', 'http'],
  ['LIVE2VOD_ENV_HOME', '/data'],
  ['LIVE2VOD_PORT_TCP', 'tcp://h:1'],
  ['LIVE2VOD_SERVICE', 'x'],
])('%s=%s is a misspelt setting as before', (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(`unknown setting ${name}`);
});

test.each(['tcp:/10.0.0.1:1', 'abc', 'http://h:1'])('KAFKA_PORT=%s stays a broken setting', (value) => {
  expect(() => readSettings({ KAFKA_PORT: value })).toThrow(/KAFKA_PORT/);
});
