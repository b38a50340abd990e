import { describe, expect, test } from 'vitest';
import { isAddressRange, isLoopback, listenAddress, plainAddress, urlAt } from '../../schemas/address.ts';
import { readSettings, SettingFault } from '../../schemas/settings.ts';

const notListenedOn = [
  ...['', ' 127.0.0.1', '127.1', '0x7f.0.0.1', '127.0.0.1:80', '[127.0.0.1]', '[::1', 'example.com', '*', '::g'],
  '1.2.3.4/8',
];

test.each<[text: string, address: string | null]>([
  ['127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['FE80::1', 'fe80::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
  ...notListenedOn.map((text): [string, null] => [text, null]),
])('%j is listened on as %j', (text, address) => {
  expect(listenAddress(text)).toBe(address);
});

test('an address that only this machine reaches is told apart', () => {
  for (const address of ['127.0.0.1', '127.77.13.6', '::1', '::ffff:127.0.0.1']) expect(isLoopback(address)).toBe(true);
  for (const address of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'localhost.evil.example', ''])
    expect(isLoopback(address), address).toBe(false);
});

test('is put into a URL with brackets where it needs them, and a wildcard as what reaches it', () => {
  expect(urlAt('127.0.0.1', 80)).toBe('http://127.0.0.1:80');
  expect(urlAt('0.0.0.0', 80)).toBe('http://127.0.0.1:80');
  expect(urlAt('::', 80)).toBe('http://[::1]:80');
  expect(urlAt('fd00::7', 80)).toBe('http://[fd00::7]:80');
  expect(plainAddress('::ffff:10.1.2.3')).toBe('10.1.2.3');
});

test('ranges are addresses with a length that fits them', () => {
  for (const range of ['10.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1']) expect(isAddressRange(range), range).toBe(true);
  for (const range of ['10.0.0.0/33', 'fd00::/129', 'proxy', '10.0.0.0/', '10.0.0.0/8/8', ''])
    expect(isAddressRange(range), range).toBe(false);
});

describe('where servers listen', () => {
  const refusal = (environment: Record<string, string>) => {
    try {
      readSettings(environment);
    } catch (error) {
      return error instanceof SettingFault ? error.message : null;
    }
    return null;
  };
  const binds = (environment: Record<string, string>) => {
    const { INGRESS_BIND, CONSOLE_BIND, METRICS_BIND } = readSettings(environment);
    return [INGRESS_BIND, CONSOLE_BIND, METRICS_BIND];
  };

  test('is said for each, and is 127.0.0.1 or what LIVE2VOD_BIND says otherwise', () => {
    expect(binds({})).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
    expect(binds({ INGRESS_BIND: '0.0.0.0' })).toEqual(['0.0.0.0', '127.0.0.1', '127.0.0.1']);
    expect(binds({ LIVE2VOD_BIND: '[::1]', METRICS_BIND: '::' })).toEqual(['::1', '::1', '::']);
  });

  // LIVE2VOD_BIND once opened ingress, console, metrics and emulator together, and took any text.
  test.each(['0.0.0.0', '::', '10.0.0.7', 'example.com', 'nonsense'])('LIVE2VOD_BIND=%s opens nothing', (address) => {
    const line = refusal({ LIVE2VOD_BIND: address });
    for (const name of ['LIVE2VOD_BIND', 'INGRESS_BIND', 'CONSOLE_BIND', 'METRICS_BIND']) expect(line).toContain(name);
    expect(line).not.toContain('\n');
  });

  test.each(['INGRESS_BIND', 'CONSOLE_BIND', 'METRICS_BIND'])('%s takes addresses and no names', (name) => {
    expect(refusal({ [name]: 'nonsense' })).toContain(`${name}: "nonsense" is not accepted`);
    expect(refusal({ [name]: '127.0.0.1:80' })).toContain(name);
  });
});

// Such a token was accepted and then never matched: no header can carry it.
test.each(['CONSOLE_TOKEN', 'CONSOLE_READ_TOKEN'])('a %s that no request can send is refused', (name) => {
  for (const token of [' right', 'right ', 'ri\nght', 'right\t', 'r\u00efght', '密码', '\u007f'])
    expect(() => readSettings({ [name]: token }), JSON.stringify(token)).toThrow(SettingFault);
  for (const token of ['r', 'right', 'two words', '~!@#$%^&*()'])
    expect(readSettings({ [name]: token })[name as 'CONSOLE_TOKEN']).toBe(token);
});
