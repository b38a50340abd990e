import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readConfiguration } from '../../cli/environment.ts';
import { defaultInstance } from '../../cli/instance.ts';
import { requireOwnInstance } from '../../cli/roles/processes.ts';
import { settingTable } from '../../schemas/settings.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'live2vod-instance-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
});

// With one default for all hosts, two sinks were one member of their group and fenced each other for ever.
test('two hosts get two names, each the same again after a restart', () => {
  const hosts = [
    'web-1',
    'web-2',
    'web-1.example.com',
    'web-1-example.com',
    '主机一',
    '主机二',
    '',
    'a b',
    'web_p2',
    'x'.repeat(200),
  ];
  const names = hosts.map((host) => defaultInstance(home, host));
  expect(new Set(names).size).toBe(hosts.length);
  expect(hosts.map((host) => defaultInstance(home, host))).toEqual(names);
  expect(names[0]).toBe('web-1');
  for (const name of names) expect(() => requireOwnInstance(name), name).not.toThrow();
  for (const name of names) expect(settingTable.LIVE2VOD_INSTANCE.schema.safeParse(name).success, name).toBe(true);
});

test('a home with stores under the former default keeps its name, until there are some under its own', () => {
  mkdirSync(join(home, 'state', 'video', '0'), { recursive: true });
  expect(defaultInstance(home, 'web-1')).toBe('0');
  mkdirSync(join(home, 'state', 'video', 'web-1'));
  expect(defaultInstance(home, 'web-1')).toBe('web-1');
});

test('a name that is given wins, also over stores', () => {
  mkdirSync(join(home, 'state', 'session', '0'), { recursive: true });
  const settings = (given?: string) =>
    readConfiguration({ LIVE2VOD_HOME: home, LIVE2VOD_CONFIG: undefined, LIVE2VOD_INSTANCE: given }).settings;
  expect(settings('mine').LIVE2VOD_INSTANCE).toBe('mine');
  expect(settings().LIVE2VOD_INSTANCE).toBe('0');
  rmSync(join(home, 'state'), { recursive: true });
  expect(settings().LIVE2VOD_INSTANCE).toBe(defaultInstance(home));
});
