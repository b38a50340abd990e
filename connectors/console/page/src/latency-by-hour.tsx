/** How one stage's latency went over the last two weeks, hour by hour. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type LatencyRow, readLatency } from './api.ts';
import { Chart, colour } from './chart.tsx';
import { Choice } from './filters.tsx';
import { dateTime, secondsText } from './format.ts';
import { stageName } from './names.ts';
import { say } from './words.ts';

const refreshMs = 30_000;
const shownMs = 14 * 24 * 60 * 60 * 1000;

export function LatencyByHour({ stages }: { stages: readonly string[] }) {
  const [rows, setRows] = useState<readonly LatencyRow[]>([]);
  const [chosen, setChosen] = useState('');
  const stage = chosen || (stages.includes('end_to_end') ? 'end_to_end' : (stages[0] ?? ''));
  useEffect(() => {
    // The view above tells when there is nothing to be had.
    const load = () => readLatency({ by: 'hour', from: String(Date.now() - shownMs) }).then(setRows, () => undefined);
    void load();
    const timer = setInterval(() => void load(), refreshMs);
    return () => clearInterval(timer);
  }, []);
  const option = useCallback(() => lines(rows.filter((row) => row.stage === stage)), [rows, stage]);
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

function lines(rows: readonly LatencyRow[]) {
  const series = (name: 'p50' | 'p95', stroke: string) => ({
    name,
    type: 'line',
    data: rows.map((row) => [Date.parse(row.hour ?? ''), row[name]]),
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
