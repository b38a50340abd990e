import { createRequire } from 'node:module';
import { join } from 'node:path';
import PopCore from '@alicloud/pop-core';
import { versions } from '../../../emulator/api/catalogue.ts';
import type { Outcome, Python } from './python.ts';

export type Library = keyof typeof versions;
export type Key = { readonly id: string; readonly secret: string; readonly token?: string };
export type Call = {
  readonly library: Library;
  readonly url: string;
  readonly key: Key;
  readonly action: string;
  /** Nested as the typed requests have them. */
  readonly params: Readonly<Record<string, unknown>>;
};
/** A library as the suite uses it. */
export type Client = (call: Call) => Promise<Outcome<Record<string, unknown>>>;

/** The four ways in which official libraries call VOD and Live. */
export function officialClients(python: Python, nodeFolder: string): Readonly<Record<string, Client>> {
  return {
    'Python of today, signature 3': (call) => python.order({ do: 'today', ...call }),
    'aliyun-python-sdk-vod, signature 1': (call) => python.order({ do: 'legacy', ...call }),
    '@alicloud/pop-core, signature 1': popCore,
    '@alicloud/openapi-client, signature 3': openApi(nodeFolder),
  };
}

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome<Record<string, unknown>>> {
  try {
    return { answer: JSON.parse(JSON.stringify(await run())) as Record<string, unknown> };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return { error: { code: code ?? null, message } };
  }
}

const popCore: Client = ({ library, url, key, action, params }) =>
  outcomeOf(() => {
    const client = new PopCore({
      endpoint: url,
      apiVersion: versions[library],
      accessKeyId: key.id,
      accessKeySecret: key.secret,
      ...(key.token === undefined ? {} : { securityToken: key.token }),
    });
    return client.request(action, flat(params), { method: 'POST', timeout: 10_000 });
  });

type Made<T> = new (fields: Readonly<Record<string, unknown>>) => T;
type OpenApi = {
  readonly default: new (
    config: unknown,
  ) => { callApi(params: unknown, request: unknown, runtime: unknown): Promise<{ readonly body: unknown }> };
  readonly Config: Made<unknown>;
  readonly Params: Made<unknown>;
  readonly OpenApiRequest: Made<unknown>;
};

/** Installed outside the project, so typed here. */
function openApi(folder: string): Client {
  const load = createRequire(join(folder, 'package.json'));
  const library = load('@alicloud/openapi-client') as OpenApi;
  const { RuntimeOptions } = load('@alicloud/tea-util') as { readonly RuntimeOptions: Made<unknown> };
  return ({ library: product, url, key, action, params }) =>
    outcomeOf(async () => {
      const config = { accessKeyId: key.id, accessKeySecret: key.secret, endpoint: url.replace('http://', '') };
      const token = key.token === undefined ? {} : { securityToken: key.token };
      const client = new library.default(new library.Config({ ...config, ...token, protocol: 'HTTP' }));
      const style = { style: 'RPC', authType: 'AK', method: 'POST', pathname: '/', protocol: 'HTTP' };
      const types = { reqBodyType: 'formData', bodyType: 'json' };
      const operation = new library.Params({ action, version: versions[product], ...style, ...types });
      const request = new library.OpenApiRequest({ query: flat(params) });
      return (await client.callApi(operation, request, new RuntimeOptions({}))).body;
    });
}

/** `RecordFormat.1.Format`, as the untyped libraries are given it. */
export function flat(params: Readonly<Record<string, unknown>>): Record<string, string> {
  const pairs = (name: string, value: unknown): [string, string][] => {
    if (Array.isArray(value)) return value.flatMap((one, index) => pairs(`${name}.${index + 1}`, one));
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([key, one]) => pairs(`${name}.${key}`, one));
    return [[name, String(value)]];
  };
  return Object.fromEntries(Object.entries(params).flatMap(([name, value]) => pairs(name, value)));
}
