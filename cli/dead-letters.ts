/** Dead letters from the command line: list, show, send again. */

import { connectRegistry } from '../connectors/avro/index.ts';
import {
  type DeadLetter,
  IdempotentProducer,
  internalRecord,
  type LetterFilter,
  type Route,
  readLetters,
  redriveLetters,
} from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import { systemClock } from '../platform/host/index.ts';
import { encodeInternalEvent, subjectOf } from '../processors/callback/index.ts';
import { orderOf } from '../processors/video/index.ts';
import type { ComposeJob } from '../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../schemas/generated/TranscodeJob.ts';
import type { registrySettings } from '../schemas/role-settings.ts';
import type { Settings } from '../schemas/settings.ts';
import { header } from '../schemas/topics.ts';
import { redriveCompose, redriveStep, redriveTranscode } from '../services/jobs/index.ts';
import { kafkaSettingsOf, registryUrlOf, topicNamer } from './endpoints.ts';
import { type Configuration, readConfiguration } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';

export async function list(filter: LetterFilter): Promise<void> {
  const letters = await findLetters(readConfiguration(), { ...filter, withoutBytes: true });
  for (const letter of letters) {
    const at = new Date(letter.record.timestampMs).toISOString();
    const sent = letter.redrivenAtMs === null ? '' : `  (sent again ${new Date(letter.redrivenAtMs).toISOString()})`;
    console.log(
      `${letter.id}  ${at}  ${letter.stage}/${letter.reason}  ${letter.record.key ?? '–'}  ${letter.error}${sent}`,
    );
  }
  console.log(counted(letters.length, 'dead letter'));
}

export async function show(id: string): Promise<void> {
  const [letter] = await findLetters(readConfiguration(), { ids: [id] });
  if (!letter)
    throw new CommandFault(
      `there is no dead letter ${id}; ./live2vod dlq list shows them as PARTITION:OFFSET`,
      exitCode.usage,
    );
  const { record, origin } = letter;
  console.log(`id      ${letter.id}\nreason  ${letter.reason}\nstage   ${letter.stage}\nerror   ${letter.error}`);
  console.log(
    `origin  ${origin ? `${origin.topic} partition ${origin.partition} offset ${origin.offset}` : 'a request body'}`,
  );
  console.log(`key     ${record.key ?? '–'}`);
  for (const [name, value] of Object.entries(record.headers)) console.log(`header  ${name}: ${value}`);
  console.log(`\n${record.value === null ? '(no bytes)' : printable(record.value)}`);
}

export async function redrive(filter: LetterFilter): Promise<void> {
  const configuration = readConfiguration();
  const { settings } = configuration;
  const letters = await findLetters(configuration, filter);
  // Before any is sent: a misspelt id is refused while nothing has happened yet.
  const missing = (filter.ids ?? []).filter((id) => !letters.some((letter) => letter.id === id));
  if (missing.length > 0)
    throw new CommandFault(
      `there is no dead letter ${missing.join(', ')}${Object.keys(filter).length > 1 ? ' that matches' : ''}; nothing was sent. ./live2vod dlq list shows them as PARTITION:OFFSET`,
      exitCode.usage,
    );
  const producer = await IdempotentProducer.connect(kafkaSettingsOf(settings, 'redrive'));
  try {
    const counts = { sent: 0, passed: 0, refused: 0 };
    for await (const { letter, result } of redriveLetters({
      letters,
      producer,
      route: await routeOf(configuration.settings),
      deadLetterTopic: topicNamer(settings)('dead-letters'),
    })) {
      if (result === 'sent') counts.sent += 1;
      else if (result === 'already sent') counts.passed += 1;
      else {
        counts.refused += 1;
        console.error(`${letter.id}: ${result.refused}`);
      }
    }
    console.log(`${counts.sent} sent again, ${counts.passed} were sent before, ${counts.refused} can't be sent`);
    if (counts.refused > 0) process.exitCode = exitCode.failed;
  } finally {
    await producer.close();
  }
}

/**
 * Where a letter goes: a callback back onto `callbacks`, a fact back onto `stream-facts`, a job as a further generation
 * of it. A state can't be sent again: the topic already holds it, or a newer one.
 */
export async function routeOf(
  settings: Pick<Settings, 'LIVE2VOD_TOPIC_PREFIX' | 'VOD_REGION' | (typeof registrySettings)[number]>,
): Promise<Route> {
  const topic = topicNamer(settings);
  const registry = connectRegistry({ url: registryUrlOf(settings), prefix: settings.LIVE2VOD_TOPIC_PREFIX });
  const transcodeJob = await registry.codec<TranscodeJob>('transcode-jobs');
  const composeJob = await registry.codec<ComposeJob>('compose-jobs');
  return async ({ record, origin }) => {
    const nowMs = systemClock.now();
    const { value } = record;
    if (value === null) return { refused: 'it has no bytes' };
    const headers = replayHeaders(record.headers, nowMs);
    if (origin === null || origin.topic === topic('callbacks')) {
      const subject = subjectOf(value);
      const key = record.key ?? (subject.ok ? subject.subjectId : null);
      if (key === null) return { refused: 'its body still has no subject id' };
      return { record: { topic: topic('callbacks'), key, value, headers } };
    }
    if (origin.topic === topic('stream-facts'))
      return { record: { topic: origin.topic, key: record.key, value, headers } };
    if (origin.topic === topic('transcode-jobs')) {
      const job = await transcodeJob.decode(value);
      const order = orderOf(job);
      if (order.kind !== 'TRANSCODE')
        return {
          record: { topic: origin.topic, key: record.key, value: transcodeJob.encode(redriveStep(job, order, nowMs)) },
        };
      const event = redriveTranscode(job, order, nowMs);
      const region = event.region ?? settings.VOD_REGION;
      return { record: internalRecord(topic, encodeInternalEvent({ ...event, region }), nowMs) };
    }
    if (origin.topic === topic('compose-jobs')) {
      const job = redriveCompose(await composeJob.decode(value), nowMs);
      return { record: { topic: origin.topic, key: record.key, value: composeJob.encode(job) } };
    }
    return { refused: `it comes from ${origin.topic}, whose records can't be sent again` };
  };
}

/** The headers of a record that is fed through again: its own, less why it failed, plus when. */
export function replayHeaders(headers: Readonly<Record<string, string>>, nowMs: number): Record<string, string> {
  const why: readonly string[] = [
    header.reason,
    header.error,
    header.stage,
    header.originTopic,
    header.originPartition,
    header.originOffset,
    header.originBytes,
  ];
  const own = Object.entries(headers).filter(([name]) => !why.includes(name));
  return { ...Object.fromEntries(own), [header.replayedAt]: String(nowMs) };
}

function findLetters({ settings }: Configuration, filter: LetterFilter): Promise<DeadLetter[]> {
  return readLetters(kafkaSettingsOf(settings, 'dlq'), topicNamer(settings)('dead-letters'), filter);
}

/** Bytes as text where they are, else in hexadecimal. */
function printable(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? bytes.toString('hex') : text;
}
