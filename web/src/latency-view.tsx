/** Latency by stage: bars of the median and the 95th percentile, and the figures as a table. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type LatencyReport, type LatencyRow, readLatency, wordsOf } from './api.ts';
import { Chart, colour } from './chart.tsx';
import { duration, secondsText, timeOfDay } from './format.ts';
import { LatencyByHour } from './latency-by-hour.tsx';
import { LatencyFilter, type Scope, useScope } from './latency-filter.tsx';
import { stageName } from './names.ts';
import { say } from './words.ts';

const refreshMs = 5_000;
const leastSeconds = 0.01;
const axisText = (seconds: number) => (seconds < 60 ? `${seconds} s` : duration(seconds));

export function LatencyView() {
  const { scope, ...filter } = useScope();
  return (
    <section>
      <h2>{say('latency')}</h2>
      <LatencyFilter {...filter} />
      <Figures key={scope.key} scope={scope} />
    </section>
  );
}

function Figures({ scope }: { scope: Scope }) {
  const [report, setReport] = useState<LatencyReport | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let stopped = false;
    const load = () =>
      readLatency(scope.query()).then(
        (read) => {
          if (stopped) return;
          setReport(read);
          setProblem('');
        },
        (error: unknown) => !stopped && setProblem(wordsOf(error)),
      );
    void load();
    const timer = setInterval(() => !document.hidden && void load(), refreshMs);
    return () => {
      stopped = true;
      clearInterval(timer);
    };
  }, []);
  const option = useCallback(() => bars(report?.stages ?? []), [report]);
  if (problem && !report) return <p class="problem">{problem}</p>;
  if (!report) return <p class="empty">…</p>;
  const shown = report.stages.filter((stage) => stage.count > 0);
  if (shown.length === 0)
    return <p class="empty">{say(Object.keys(scope.query()).length > 0 ? 'noMatch' : 'noLatency')}</p>;
  return (
    <>
      {problem && <p class="problem">{problem}</p>}
      <p>
        <small>
          {say('asOf')} {timeOfDay(report.asOf)}
        </small>
      </p>
      <Chart option={option} label={say('latency')} height={120 + shown.length * 44} />
      <div class="wide">
        <table>
          <thead>
            <tr>
              {[say('stage'), say('count'), say('failures'), 'p50', 'p90', 'p95', 'p99'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((stage) => (
              <tr key={stage.stage}>
                <td>{stageName(stage.stage)}</td>
                <td>{stage.count}</td>
                <td>{stage.failures}</td>
                {[stage.p50, stage.p90, stage.p95, stage.p99].map((seconds, index) => (
                  <td key={['p50', 'p90', 'p95', 'p99'][index]}>{secondsText(seconds)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <LatencyByHour stages={shown.map(({ stage }) => stage)} scope={scope} />
    </>
  );
}

function bars(stages: readonly LatencyRow[]) {
  const shown = stages.filter((stage) => stage.count > 0);
  const series = (name: 'p50' | 'p95', fill: string) => ({
    name,
    type: 'bar',
    data: shown.map((stage) => Math.max(stage[name] ?? 0, leastSeconds)),
    itemStyle: { color: colour(fill) },
  });
  return {
    grid: { left: 8, right: 24, top: 32, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: colour('text') } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      valueFormatter: secondsText,
    },
    // From a tenth of a second to hours: only a logarithmic axis shows them together.
    xAxis: {
      type: 'log',
      min: leastSeconds,
      startValue: leastSeconds,
      splitLine: { lineStyle: { color: colour('line') } },
      axisLabel: { color: colour('muted'), hideOverlap: true, formatter: axisText },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: shown.map((stage) => stageName(stage.stage)),
      axisLabel: { color: colour('text') },
    },
    series: [series('p50', 'segment'), series('p95', 'compose')],
  };
}
