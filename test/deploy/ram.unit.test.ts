/**
 * The RAM policies in deploy/ram hold exactly the actions that each role calls: what the connectors can call, and where that
 * is called from, are read from the code. A RAM action has the name of its operation (cloud facts 5.7).
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloudClient, fixedCredentials } from '../../connectors/vod/index.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const root = join(import.meta.dirname, '../..');
const read = (pattern: string): string => {
  const files = globSync(pattern, { cwd: root });
  if (files.length === 0) throw new Error(`no file ${pattern}`);
  return files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
};

const nowhere = 'http://127.0.0.1:9';
const credentials = fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' });
const { close, ...client } = cloudClient({ vodEndpoint: nowhere, liveEndpoint: nowhere, credentials });
close();
const methods = Object.keys(client);

/** The product and the operation that a method calls: the first one named after its beginning. */
const actions: ReadonlyMap<string, string> = new Map(
  globSync('connectors/vod/*.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const product = /\blive\.call\(/.test(text) ? 'live' : 'vod';
    return methods.flatMap((method): [string, string][] => {
      const at = text.search(new RegExp(`\\basync ${method}\\(`));
      const operation = at < 0 ? undefined : namedIn(text.slice(at))[0];
      return operation === undefined ? [] : [[method, `${product}:${operation}`]];
    });
  }),
);

/** Operations that the connector names in its calls. */
function namedIn(text: string): string[] {
  return [...text.matchAll(/(?:\.call(?:<[^(]*>)?\(\s*|\baction: )'([A-Z]\w+)'/g)].flatMap(([, name]) => name ?? []);
}

/** The actions of the methods that these files use: by a call of a cloud's client, or by what they ask of one. */
const usedBy = (...patterns: readonly string[]): string[] => {
  const text = patterns.map(read).join('\n');
  const isUsed = (method: string) =>
    new RegExp(`\\bcloud[\\w.]*(?:\\([^()]*\\))?\\s*\\.${method}\\(|Pick<\\s*VodCloud,[^>]*'${method}'`).test(text);
  return methods.filter(isUsed).map((method) => actions.get(method) ?? `no operation of ${method}`);
};

/** Calls of the queue's client, and the actions that they need (cloud facts 2.2.7). */
const queueActions: readonly (readonly [RegExp, string])[] = [
  [/client\.getQueueAttributes\(/, 'mns:GetQueueAttributes'],
  [/client\.sendMessage\(/, 'mns:SendMessage'],
  [/client\.get\(resource, 'Messages'/, 'mns:ReceiveMessage'],
  [/client\.batchDeleteMessage\(/, 'mns:DeleteMessage'],
  [/client\.changeMessageVisibility\(/, 'mns:ChangeMessageVisibility'],
];

const queueCalls = (file: string): string[] => {
  const text = read(`connectors/mns/${file}`);
  return queueActions.filter(([call]) => call.test(text)).map(([, action]) => action);
};

/** A role without a call has no policy. */
const calls: Readonly<Record<string, () => string[]>> = {
  jobs: () => usedBy('services/jobs/**/*.ts', 'cli/roles/jobs.ts'),
  reconciler: () => usedBy('services/reconciler/**/*.ts', 'cli/roles/reconciler.ts'),
  console: () => usedBy('services/console/**/*.ts', 'cli/roles/console.ts'),
  'record-config': () => usedBy('services/recording/**/*.ts', 'cli/record-config.ts'),
  doctor: () => [...usedBy('cli/{cloud,live-callback}-check.ts'), ...queueCalls('queue-probe.ts')],
  mns: () => queueCalls('mns-queue.ts'),
};

type Policy = {
  readonly Version: string;
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Action: readonly string[];
    readonly Resource: string;
  }[];
};
const policies = new Map(
  globSync('deploy/ram/*.json', { cwd: root }).map((file) => [
    basename(file, '.json'),
    JSON.parse(readFileSync(join(root, file), 'utf8')) as Policy,
  ]),
);

describe('what the connectors can call', () => {
  it('is known of every method, each an operation of its own', () => {
    expect([...actions.keys()].toSorted(byText)).toEqual(methods.toSorted(byText));
    const named = namedIn(read('connectors/vod/*.ts'));
    expect(new Set([...actions.values()].map((action) => action.split(':')[1]))).toEqual(new Set(named));
    expect(actions.get('describeLiveRecordVodConfigs')).toBe('live:DescribeLiveRecordVodConfigs');
  });

  it('the calls of the queue are those that are known here', () => {
    const made = [...read('connectors/mns/*.ts').matchAll(/\bclient\.\w+\(/g)];
    expect(made).toHaveLength(queueActions.length);
  });

  it('no other role calls it', () => {
    const callers = globSync(['services/*', 'cli/roles/*.ts'], { cwd: root })
      .map((path) => basename(path, '.ts'))
      .filter((name) => name !== 'recording' && !(name in calls));
    for (const name of callers) {
      const files = [`services/${name}/**/*.ts`, `cli/roles/${name}.ts`].filter(
        (pattern) => globSync(pattern, { cwd: root }).length,
      );
      expect([name, usedBy(...files)]).toEqual([name, []]);
    }
  });
});

describe('a policy allows what its role calls, and nothing else', () => {
  it.each(Object.entries(calls))('%s', (name, called) => {
    const actions = called().toSorted(byText);
    const policy = policies.get(name);
    expect(new Set(policy?.Statement.map(({ Effect }) => Effect))).toEqual(
      new Set(actions.length === 0 ? [] : ['Allow']),
    );
    expect(policy?.Statement.flatMap(({ Action }) => Action).toSorted(byText) ?? []).toEqual(actions);
  });

  it('on what it is granted: VOD and Live by operation, the queue by its name', () => {
    const queue = { mns: 'acs:mns:*:*:/queues/*/messages', doctor: 'acs:mns:*:*:/queues/*' };
    for (const [name, { Statement }] of policies)
      for (const { Action, Resource } of Statement) {
        const products = new Set(Action.map((action) => action.startsWith('mns:')));
        expect([name, products.size]).toEqual([name, 1]);
        expect([name, Resource]).toEqual([name, products.has(true) ? queue[name as keyof typeof queue] : '*']);
      }
  });

  it('there is none for anything else', () => {
    expect([...policies.keys()].filter((name) => !(name in calls))).toEqual([]);
    for (const { Version } of policies.values()) expect(Version).toBe('1');
  });
});
