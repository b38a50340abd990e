/** Metrics of several processes as one page. */

/** What one process says, as Prometheus' text, and its name among them; null for what is said of all of them together. */
export type MetricsPage = { readonly process: string | null; readonly text: string };

/** The pages as one: each sample of a process with a label `process`, each metric with one heading, as the format wants it. */
export function mergedMetrics(pages: readonly MetricsPage[]): string {
  const metrics = new Map<string, { heading: string[]; samples: string[] }>();
  for (const { process, text } of pages) {
    let metric = { heading: [] as string[], samples: [] as string[] };
    for (const line of text.split('\n')) {
      const begun = /^# HELP (\S+)/.exec(line)?.[1];
      if (begun !== undefined) {
        metric = metrics.get(begun) ?? { heading: [], samples: [] };
        metrics.set(begun, metric);
      }
      if (line === '') continue;
      if (!line.startsWith('#')) metric.samples.push(process === null ? line : withLabel(line, process));
      else if (!metric.heading.includes(line)) metric.heading.push(line);
    }
  }
  const lines = [...metrics.values()].flatMap(({ heading, samples }) => [...heading, ...samples]);
  return lines.map((line) => `${line}\n`).join('');
}

/** A name has no brace and no space, so the first of them ends it. */
function withLabel(sample: string, process: string): string {
  const end = sample.search(/[{ ]/);
  const label = `process="${process}"`;
  const rest = sample.slice(end);
  if (rest.startsWith('{'))
    return `${sample.slice(0, end)}{${label}${rest.startsWith('{}') ? '' : ','}${rest.slice(1)}`;
  return `${sample.slice(0, end)}{${label}}${rest}`;
}
