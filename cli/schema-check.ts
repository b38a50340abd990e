/** Compares the contracts with what was released and with a registry. */

import { connectRegistry } from '../connectors/avro/index.ts';
import { counted } from '../platform/counted.ts';
import { checkSchemas } from '../schemas/compatibility.ts';
import { topics } from '../schemas/topics.ts';
import { endpointsOf } from './endpoints.ts';
import { readConfiguration } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';

const contracts = Object.values(topics).filter(({ value }) => value !== 'bytes');

/** Fails on a change that breaks readers. With `offline` only the released schemas in the source tree are asked. */
export async function check({ offline }: { readonly offline: boolean }): Promise<void> {
  const problems: string[] = [];
  for (const { severity, schema, version, problem } of checkSchemas()) {
    const text = `${schema} against ${version}: ${problem}`;
    if (severity === 'breaks') problems.push(text);
    else console.log(`note  ${text} (readers of that version must be updated first)`);
  }
  if (!offline) {
    const registry = registryOf();
    for (const { id, value } of contracts) {
      const compatible = await registry.compatible(id);
      console.log(
        `${compatible === false ? 'FAIL ' : 'ok   '} ${id} (${value}) ${compatible === null ? 'is not registered yet' : compatible ? 'fits what is registered' : 'breaks what is registered'}`,
      );
      if (compatible === false) problems.push(`${value} breaks what is registered for ${id}`);
    }
  }
  if (problems.length > 0) throw new CommandFault(`a breaking change: ${problems.join('; ')}`, exitCode.configuration);
  console.log(`${counted(contracts.length, 'contract')}: no breaking change`);
}

/** Registers every contract; the registry refuses what would break readers. */
export async function register(): Promise<void> {
  const registry = registryOf();
  for (const { id, value, compatibility } of contracts)
    console.log(`${id}: ${value} is schema ${await registry.register(id)}, ${compatibility}`);
}

function registryOf() {
  const { settings } = readConfiguration();
  return connectRegistry({ url: endpointsOf(settings).registryUrl, prefix: settings.LIVE2VOD_TOPIC_PREFIX });
}
