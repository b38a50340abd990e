import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureJars } from '../../local/index.ts';

export type PrintedRecord = {
  readonly partition: number;
  readonly offset: number;
  /** When it was produced, epoch milliseconds. */
  readonly timestampMs: number;
  /** As Kafka prints them: `name:value,name:value`. */
  readonly headers: string;
  readonly key: string;
  /** The text `null` for a tombstone. */
  readonly value: string;
};

let jars: ReturnType<typeof ensureJars> | undefined;

export type ConsoleOptions = {
  /** It ends when nothing has come for so long after the first record. Default 3,000. */
  readonly idleMs?: number;
  /** Values are printed as `Bytes` prints them: `bytesPrinted` turns them back. Default: as text. */
  readonly binary?: boolean;
};

/** The bytes of a `binary` value. */
export const bytesPrinted = (text: string): Buffer =>
  Buffer.from(
    text.replaceAll(/\\x([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

const printed = /^[A-Za-z]+:(\d+)\tPartition:(\d+)\tOffset:(\d+)\t([^\t]*)\t([^\t]*)\t(.*)$/;
const bytesDeserializer = 'org.apache.kafka.common.serialization.BytesDeserializer';

/**
 * Everything committed in a topic, as Kafka's own console consumer prints it: an oracle that shares no code with us.
 * Returns once no record has come for `idleMs` after the first one (a topic without any takes 20 s).
 */
export async function consoleConsume(
  brokers: string,
  topic: string,
  { idleMs = 3_000, binary = false }: ConsoleOptions = {},
): Promise<PrintedRecord[]> {
  jars ??= ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const { kafka } = await jars;
  const child = spawn(
    'java',
    [
      '-Xmx256m',
      '-cp',
      join(kafka, '*'),
      'org.apache.kafka.tools.consumer.ConsoleConsumer',
      ...['--bootstrap-server', brokers, '--topic', topic, '--from-beginning'],
      ...['--isolation-level', 'read_committed', '--timeout-ms', '20000'],
      ...['timestamp', 'partition', 'offset', 'headers', 'key'].flatMap((what) => [
        '--formatter-property',
        `print.${what}=true`,
      ]),
      ...(binary ? ['--formatter-property', `value.deserializer=${bytesDeserializer}`] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const complaints: Buffer[] = [];
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes));
  const exited = new Promise<void>((done) => child.once('close', () => done()));
  const records: PrintedRecord[] = [];
  let idle: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, timestamp, partition, offset, headers = '', key = '', value = ''] = printed.exec(line) ?? [];
    if (partition !== undefined)
      records.push({
        ...{ partition: Number(partition), offset: Number(offset), timestampMs: Number(timestamp) },
        ...{ headers, key, value },
      });
    clearTimeout(idle);
    // On SIGTERM it stops reading and still says how many it has printed.
    idle = setTimeout(() => child.kill('SIGTERM'), idleMs);
  }
  clearTimeout(idle);
  await exited;
  const said = Buffer.concat(complaints).toString();
  const expected = /Processed a total of (\d+) messages/.exec(said)?.[1];
  if (Number(expected) !== records.length) {
    throw new Error(
      `the console consumer read ${expected ?? 'nothing'}, ${records.length} lines were understood: ${said.slice(-500)}`,
    );
  }
  return records;
}
