import avsc, { type Type } from 'avsc';
import { type Platform, systemPlatform } from '../../platform/host/index.ts';
import { baseUrl } from '../../schemas/base-url.ts';
import { RegistryFault } from './fault.ts';
import type { WriterSchemas } from './writers.ts';

/** Ours have up to 30 KB. Anybody who may register one could make it longer than it takes to read. */
const maxSchemaBytes = 1024 * 1024;
const requestMs = 10_000;

type Answer = { readonly schema?: unknown; readonly schemaType?: unknown; readonly references?: readonly unknown[] };

/**
 * Asks a registry for the schemas that records were written with.
 * @param url base of its Confluent API
 * @throws RegistryFault, by the promises: `REGISTRY_AWAY` (retryable) where it doesn't answer, `UNKNOWN_SCHEMA_ID` where it
 * says that it has none of that id, `INCOMPATIBLE_SCHEMA` for one that no record can be read by
 */
export function writerSchemas(url: string, platform: Pick<Platform, 'fetch'> = systemPlatform): WriterSchemas {
  const base = baseUrl(url);

  async function ask(path: string): Promise<unknown> {
    let status: number;
    let text: string;
    try {
      const response = await platform.fetch(`${base.url}${path}`, {
        headers: base.headers,
        signal: AbortSignal.timeout(requestMs),
      });
      ({ status } = response);
      text = await boundedText(response);
    } catch (cause) {
      if (cause instanceof RegistryFault) throw cause;
      throw away('it does not answer', cause);
    }
    const body = parsed(text);
    // A proxy's 404, or that of a wrong path, has no such code: it says nothing of the schema.
    if (status === 404 && /^404\d*$/.test(String(body?.error_code)))
      throw new RegistryFault('UNKNOWN_SCHEMA_ID', 'the registry knows no such schema');
    if (status !== 200 || body === null) throw away(`it answers ${status}`);
    return body;
  }

  async function schema(id: number): Promise<Type> {
    const { schema: text, schemaType = 'AVRO', references = [] } = (await ask(`/schemas/ids/${id}`)) as Answer;
    const usable = typeof text === 'string' && schemaType === 'AVRO' && references.length === 0;
    if (!usable) throw incompatible('is not one of Avro, or refers to others');
    return typeOf(text);
  }

  async function isOf(id: number, subject: string): Promise<boolean> {
    const versions = await ask(`/schemas/ids/${id}/versions`);
    return Array.isArray(versions) && versions.some((version: { subject?: unknown }) => version.subject === subject);
  }

  return Object.assign(schema, { isOf });
}

function typeOf(schema: string): Type {
  try {
    return avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema, { registry: {} });
  } catch (cause) {
    throw incompatible('is none', cause);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maxSchemaBytes) throw incompatible(`is longer than ${maxSchemaBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): { readonly error_code?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

const incompatible = (what: string, cause?: unknown) =>
  new RegistryFault('INCOMPATIBLE_SCHEMA', `records can't be read whose schema ${what}`, { cause });

const away = (why: string, cause?: unknown) =>
  new RegistryFault('REGISTRY_AWAY', `the schema registry (SCHEMA_REGISTRY_URL): ${why}`, { cause, retryable: true });
