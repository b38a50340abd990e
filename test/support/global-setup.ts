import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { TestProject } from 'vitest/node';
import { ensureJars, freePorts, startStack } from '../../local/index.ts';
import type { TestStack } from './stack.ts';

type Shared = { users: number; readonly stack: Promise<TestStack>; readonly end: () => Promise<void> };

/** On the global object: every project of a run loads this file afresh, and all of them share one stack. */
const shared = globalThis as { live2vodTestStack?: Shared };

/**
 * Gives a run's integration and chaos projects one stack: a real broker and registry on free ports, in a folder of
 * their own, gone at the end. `LIVE2VOD_TEST_STACK` names a file of `KAFKA_BROKERS`, `SCHEMA_REGISTRY_URL` and
 * `CLICKHOUSE_URL` instead: that stack is used and left running.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.live2vodTestStack ??= open();
  const mine = shared.live2vodTestStack;
  mine.users += 1;
  const leave = async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    delete shared.live2vodTestStack;
    await mine.end();
  };
  try {
    project.provide('stack', await mine.stack);
  } catch (error) {
    await leave();
    throw error;
  }
  return leave;
}

function open(): Shared {
  const file = process.env.LIVE2VOD_TEST_STACK;
  const end: (() => Promise<void>)[] = [];
  const stack = (async () => {
    const home = await mkdtemp(join(tmpdir(), 'live2vod-test-'));
    end.push(() => rm(home, { recursive: true, force: true }));
    if (file !== undefined) return named(file, home);
    const jars = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars');
    await ensureJars({ folder: jars, onProgress: console.log });
    const [kafkaPort = 0, controllerPort = 0, registryPort = 0] = await freePorts(3);
    const started = await startStack({
      home,
      jars,
      kafkaPort,
      registryPort,
      // So that a test may let a dead member's session run out within a second.
      broker: { controllerPort, config: { 'group.min.session.timeout.ms': 500 } },
    });
    end.unshift(() => started.stop());
    return { brokers: started.brokers, registryUrl: started.registryUrl, clickhouseUrl: '', home };
  })();
  return {
    users: 0,
    stack,
    end: async () => {
      for (const step of end) await step();
    },
  };
}

async function named(file: string, home: string): Promise<TestStack> {
  const settings = parseEnv(await readFile(file, 'utf8'));
  const brokers = settings.KAFKA_BROKERS;
  const registryUrl = settings.SCHEMA_REGISTRY_URL;
  if (!brokers || !registryUrl) throw new Error(`${file} must set KAFKA_BROKERS and SCHEMA_REGISTRY_URL.`);
  return { brokers, registryUrl, clickhouseUrl: settings.CLICKHOUSE_URL ?? '', home };
}
