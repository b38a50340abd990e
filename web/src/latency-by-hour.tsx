/** How one stage's latency went, hour by hour, or day by day over a long time. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type LatencyRow, readLatency } from './api.ts';
import { Chart, colour } from './chart.tsx';
import { Choice } from './filters.tsx';
import { dateTime, secondsText } from './format.ts';
import type { Scope } from './latency-filter.tsx';
import { stageName } from './names.ts';
import { say } from './words.ts';

const refreshMs = 30_000;
const longMs = 14 * 24 * 60 * 60 * 1000;

export function LatencyByHour({ stages, scope }: { stages: readonly string[]; scope: Scope }) {
  const [rows, setRows] = useState<readonly LatencyRow[]>([]);
  const [chosen, setChosen] = useState('');
  const stage = chosen || (stages.includes('end_to_end') ? 'end_to_end' : (stages[0] ?? ''));
  useEffect(() => {
    let stopped = false;
    // The view above tells when there is nothing to be had.
    const load = () =>
      read(stage, scope).then(
        (found) => !stopped && setRows(found),
        () => undefined,
      );
    void load();
    const timer = setInterval(() => !document.hidden && void load(), refreshMs);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, [stage]);
  const option = useCallback(() => lines(rows), [rows]);
  return (
    <>
      <h3>{say('latencyByHour')}</h3>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choice label={say('stage')} options={stages} value={stage} nameOf={stageName} onChange={setChosen} />
      </form>
      <Chart option={option} label={`${say('latencyByHour')}: ${stageName(stage)}`} height={260} />
    </>
  );
}

/** By the hour, unless that would be too many. */
async function read(stage: string, scope: Scope): Promise<readonly LatencyRow[]> {
  if (!scope.long) return (await readLatency({ ...scope.query(), stage, by: 'hour' })).stages;
  const days = (await readLatency({ ...scope.query(), stage, by: 'day' })).stages;
  const first = Date.parse(days[0]?.day ?? '');
  const last = Date.parse(days.at(-1)?.day ?? '');
  return last - first > longMs ? days : (await readLatency({ ...scope.query(), stage, by: 'hour' })).stages;
}

function lines(rows: readonly LatencyRow[]) {
  const series = (name: 'p50' | 'p95', stroke: string) => ({
    name,
    type: 'line',
    data: rows.map((row) => [Date.parse(row.hour ?? row.day ?? ''), row[name]]),
    itemStyle: { color: colour(stroke) },
    lineStyle: { color: colour(stroke) },
  });
  return {
    grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: colour('text') } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      axisPointer: { label: { formatter: ({ value }: { value: number }) => dateTime(value) } },
      valueFormatter: secondsText,
    },
    xAxis: { type: 'time', axisLabel: { color: colour('muted'), hideOverlap: true } },
    yAxis: {
      type: 'value',
      min: 0,
      axisLabel: { color: colour('muted'), formatter: secondsText },
      splitLine: { lineStyle: { color: colour('line') } },
    },
    series: [series('p50', 'segment'), series('p95', 'compose')],
  };
}
