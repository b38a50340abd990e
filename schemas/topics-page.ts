/**
 * Writes `docs/topics.md` from the contracts in `topics.ts`: `node schemas/topics-page.ts`, or `--check` to fail when the
 * page is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionedAlike, type TopicContract, tombstoneRetentionMs, topics } from './topics.ts';

const dayMs = 24 * 60 * 60 * 1000;
const days = (ms: number) => `${ms / dayMs} days`;
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (text: string) => `\`${text}\``;

const contentOf = ({ value }: TopicContract) =>
  value === 'bytes' ? 'bytes as received' : `Avro [${value}](../schemas/avro/${value}.avsc)`;

const keptOf = ({ cleanup, retentionMs }: TopicContract) =>
  cleanup === 'compact'
    ? `the latest record of a key; tombstones ${days(tombstoneRetentionMs)}`
    : retentionMs === null
      ? 'as the broker says'
      : days(retentionMs);

function sectionOf(topic: TopicContract): string {
  const facts = [
    ['Key', topic.key],
    ['Value', contentOf(topic)],
    ['Kept', keptOf(topic)],
    ['Compatibility of its schema', topic.compatibility === null ? '–' : code(topic.compatibility)],
    ['Written by', topic.writers.join(', ')],
    ['Read by', topic.readers.join(', ')],
    ['Example messages', `[${topic.id}.json](../schemas/examples/${topic.id}.json)`],
  ] as const;
  const headers = [
    row(['header', 'on', 'meaning']),
    row(['---', '---', '---']),
    ...topic.headers.map(({ name, always, meaning }) =>
      row([code(name), always ? 'every record' : 'some', meaning.replaceAll('|', '\\|')]),
    ),
  ];
  return [
    `## ${topic.id}`,
    '',
    ...facts.map(([name, text]) => `- ${name}: ${text}`),
    '',
    ...(topic.headers.length === 0 ? ['No headers of ours.'] : headers),
    '',
  ].join('\n');
}

export function topicsPage(): string {
  const alike = partitionedAlike.map(
    ([processor, input, changelog]) => `- ${processor} processor: ${code(input)} and ${code(changelog)}`,
  );
  return `<!-- Made by schemas/topics-page.ts from schemas/topics.ts. Do not edit. -->
# Topics

One contract per topic. At the broker each name has the prefix \`LIVE2VOD_TOPIC_PREFIX\` (default \`live2vod.\`);
\`./live2vod topics apply\` creates them with \`LIVE2VOD_PARTITIONS\` partitions each. Roles are what \`./live2vod run\` names;
besides them, \`replay\` and the sending again of a dead letter (\`dlq redrive\`, or on the console's page) write records.

These must have the same number of partitions, as a processor reads the one and restores the other by partition number:

${alike.join('\n')}

${Object.values(topics).map(sectionOf).join('\n')}`;
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../docs/topics.md');
  const page = topicsPage();
  if (!process.argv.includes('--check')) writeFileSync(path, page);
  else if (readFileSync(path, 'utf8') !== page) {
    console.error(`${path} is out of date: run node schemas/topics-page.ts`);
    process.exitCode = 1;
  }
}
