/** Callbacks in the order of their events, above, against the order in which they came, below: lines that cross came out of order. */
import type { VideoState } from './api.ts';
import { colour, echarts } from './chart.tsx';
import { dateTime } from './format.ts';
import { say } from './words.ts';

type Arrival = {
  readonly eventType: string;
  readonly eventTime: number;
  readonly receivedAt: number;
  readonly eventRank: number;
  readonly arrivalRank: number;
  /** One that happened later had come before it. */
  readonly late: boolean;
};

/** Without duplicates: a timeline holds each event once. */
export function arrivalsOf(videos: readonly VideoState[]): Arrival[] {
  const events = videos.flatMap((video) => video.timeline).sort((a, b) => a.eventTime - b.eventTime);
  const eventRank = new Map(events.map((event, index) => [event, index + 1]));
  let newest = 0;
  return events
    .toSorted((a, b) => a.receivedAt - b.receivedAt)
    .map((event, index) => {
      const late = event.eventTime < newest;
      newest = Math.max(newest, event.eventTime);
      const { eventType, eventTime, receivedAt } = event;
      return { eventType, eventTime, receivedAt, eventRank: eventRank.get(event) ?? 0, arrivalRank: index + 1, late };
    });
}

export function arrivalPicture(arrivals: readonly Arrival[]) {
  return {
    grid: { left: 8, right: 24, top: 8, bottom: 52, containLabel: true },
    tooltip: {
      confine: true,
      formatter: ({ data }: { data: { text: string } }) => echarts.format.encodeHTML(data.text),
    },
    xAxis: {
      type: 'value',
      min: 0,
      max: arrivals.length + 1,
      minInterval: 1,
      axisLabel: { color: colour('muted') },
      splitLine: { lineStyle: { color: colour('line') } },
    },
    yAxis: {
      type: 'category',
      data: [say('eventOrder'), say('arrivalOrder')],
      inverse: true,
      axisLabel: { color: colour('text') },
      axisTick: { show: false },
    },
    dataZoom: [
      { type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl' },
      { type: 'slider', bottom: 4, height: 20, filterMode: 'none' },
    ],
    series: [
      {
        type: 'custom',
        encode: { x: [0, 1] },
        clip: true,
        data: arrivals.map(({ eventType, eventTime, receivedAt, eventRank, arrivalRank, late }) => ({
          value: [eventRank, arrivalRank],
          text: `${eventRank} → ${arrivalRank} · ${eventType} · ${dateTime(eventTime)} → ${dateTime(receivedAt)}${late ? ` · ${say('outOfOrder')}` : ''}`,
          itemStyle: { color: colour(late ? 'warn' : 'muted') },
        })),
        renderItem: (
          _: unknown,
          api: { value(i: number): number; coord(p: (number | string)[]): number[]; visual(name: string): string },
        ) => {
          const [x1 = 0, y1 = 0] = api.coord([api.value(0), 0]);
          const [x2 = 0, y2 = 0] = api.coord([api.value(1), 1]);
          const fill = api.visual('color');
          const dot = (cx: number, cy: number) => ({ type: 'circle', shape: { cx, cy, r: 4 }, style: { fill } });
          const line = { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: fill, lineWidth: 1.5 } };
          return { type: 'group', children: [line, dot(x1, y1), dot(x2, y2)] };
        },
      },
    ],
  };
}
