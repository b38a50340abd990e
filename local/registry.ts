import { mkdir, realpath } from 'node:fs/promises';
import { get, type OutgoingHttpHeaders } from 'node:http';
import { join, resolve } from 'node:path';
import { StackError } from './errors.ts';
import { rulesArgument } from './java-agent.ts';
import { type Jvm, startJvm, startTimeoutMs, whenReady } from './jvm.ts';
import { reachable, requireFreePort } from './ports.ts';
import { linkIn } from './work-folder.ts';

export type RegistryOptions = {
  /** Folder with the registry's jars. */
  readonly jars: string;
  /** Folder with Byteman's jar: Kafka's. */
  readonly byteman: string;
  /** Where it keeps its database and `registry.log`. Made when missing; kept when stopped. */
  readonly folder: string;
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** See `JvmOptions.detached`. Default false. */
  readonly detached?: boolean;
  readonly java?: string;
  /** How long it may take to answer. Default `startTimeoutMs`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called once the process exists, before it answers. */
  readonly onSpawn?: (jvm: Jvm) => Promise<void>;
};

export type Registry = Jvm & {
  /** Base of the Confluent API. */
  readonly registryUrl: string;
  /** Starts the same registry again on its data, after `stop` or `kill9`. */
  restart(): Promise<Registry>;
};

/** Starts Apicurio Registry on an H2 file; resolves when it answers. Schema ids survive, also a kill -9. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { host = '127.0.0.1', port, timeoutMs = startTimeoutMs, signal } = options;
  const folder = resolve(options.folder);
  await requireFreePort(host, port, 'the schema registry', 'REGISTRY_PORT');
  await mkdir(folder, { recursive: true });
  await refuseBackslash(folder);
  const jvm = await startJvm({
    what: 'registry',
    folder,
    javaArguments: [
      await rulesArgument(folder, options.byteman, 'foreign-site.btm'),
      '-Xmx192m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      `-Dquarkus.http.host=${host}`,
      `-Dquarkus.http.port=${port}`,
      '-Dquarkus.http.http2=false',
      '-Dquarkus.log.level=WARN',
      '-DREGISTRY_LOG_LEVEL=WARN',
      // By default H2 answers first and writes up to half a second later: an id could be handed out twice.
      `-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:./registry;WRITE_DELAY=0`,
      '-jar',
      `${await linkIn(folder, 'jars', resolve(options.jars))}/apicurio-registry-app-2.6.13.Final-runner.jar`,
    ],
    logFile: join(folder, 'registry.log'),
    ...(options.java !== undefined && { java: options.java }),
    ...(options.detached !== undefined && { detached: options.detached }),
  });
  await options.onSpawn?.(jvm);
  const registryUrl = confluentApi(host, port);
  await whenReady(jvm, 'schema registry', () => answers(`${registryUrl}/subjects`), { timeoutMs, signal });
  if ((await statusOf(`${registryUrl}/subjects`, { host: 'registry.example' }, timeoutMs)) !== 403) {
    await jvm.kill9();
    const message = `The schema registry serves any host name: the rule foreign-site.btm doesn't fit it. See ${jvm.logFile}.`;
    throw new StackError('START_FAILED', message);
  }
  return { ...jvm, registryUrl, restart: () => startRegistry(options) };
}

/** H2 takes a backslash for a slash, also in the way to its file, which it looks up by itself: data in a stray folder. */
async function refuseBackslash(folder: string): Promise<void> {
  if (!(await realpath(folder)).includes('\\')) return;
  throw new StackError(
    'HOME_UNUSABLE',
    `LIVE2VOD_HOME: ${folder} has a backslash (\\) in it, which the registry's database can't hold. Set another folder.`,
  );
}

/** Base of the Confluent API of a registry on `host:port`. */
export const confluentApi = (host: string, port: number): string => `http://${reachable(host)}:${port}/apis/ccompat/v7`;

/** Whether a GET of `url` gives 200 within a second. */
export const answers = async (url: string): Promise<boolean> => (await statusOf(url)) === 200;

/** Status of a GET; undefined where there is none. */
function statusOf(url: string, headers: OutgoingHttpHeaders = {}, timeoutMs = 1_000): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: timeoutMs, agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
}
