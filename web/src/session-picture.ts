/** A session over time: segments and gaps, compositions, and each definition's transcodes, one lane each. */
import type { SessionState, VideoState } from './api.ts';
import { colour, echarts } from './chart.tsx';
import { dateTime, duration } from './format.ts';
import { codeName } from './names.ts';
import { say } from './words.ts';

type Bar = { lane: string; from: number; to: number; fill: string; text: string; videoId?: string };

export const laneHeight = 32;

/** The lanes from top to bottom, and what lies in them. */
export function lanesOf(session: SessionState, videos: readonly VideoState[]): { lanes: string[]; bars: Bar[] } {
  const segments = session.segments.map(({ videoId, startTime, endTime, status }) => ({
    lane: say('segments'),
    from: startTime,
    to: endTime,
    fill: 'segment',
    text: `${videoId} · ${codeName(status)}`,
    videoId,
  }));
  const gaps = session.gaps.map(({ startTime, endTime }) => ({
    lane: say('segments'),
    from: startTime,
    to: endTime,
    fill: 'gap',
    text: `${say('gaps')} ${duration((endTime - startTime) / 1000)}`,
  }));
  const compositions = session.composed.flatMap(({ videoId, composeStartTime, sourceReadyTime, status }) => {
    if (composeStartTime === null) return [];
    const to = sourceReadyTime ?? composeStartTime + 1_000;
    const text = `${videoId} · ${codeName(status)}`;
    return [{ lane: say('composed'), from: composeStartTime, to, fill: 'compose', text, videoId }];
  });
  const transcodes = videos.flatMap((video) => transcodesOf(video));
  const bars: Bar[] = [...segments, ...gaps, ...compositions, ...transcodes.sort((a, b) => order(a) - order(b))];
  return { lanes: [...new Set(bars.map(({ lane }) => lane))], bars };
}

const order = ({ composed }: { composed: boolean }) => (composed ? 1 : 0);

/** One bar per rendition: from its start (else when the source was ready) to its finish. */
function transcodesOf(video: VideoState) {
  const composed = video.kind === 'COMPOSED';
  return video.renditions.flatMap((rendition) => {
    const from = rendition.startTime ?? video.sourceReadyTime;
    const to = rendition.finishTime ?? video.transcodedTime ?? video.firstPlayableTime;
    if (from === null || to === null) return [];
    const definition = rendition.definition ?? rendition.format ?? '?';
    return [
      {
        composed,
        lane: `${say('transcode')} ${definition}${composed ? ` · ${say('composed')}` : ''}`,
        from,
        to,
        fill: rendition.status === 'FAIL' ? 'bad' : 'transcode',
        text: `${definition} ${rendition.format ?? ''} · ${duration((to - from) / 1000)} · ${codeName(rendition.status)}`,
        videoId: video.videoId,
      },
    ];
  });
}

export function sessionPicture(session: SessionState, videos: readonly VideoState[]) {
  const { lanes, bars } = lanesOf(session, videos);
  return {
    grid: { left: 8, right: 16, top: 8, bottom: 64, containLabel: true },
    tooltip: {
      confine: true,
      formatter: ({ data }: { data: { text: string; value: number[] } }) =>
        echarts.format.encodeHTML(
          `${data.text} · ${dateTime(data.value[1] ?? null)} – ${dateTime(data.value[2] ?? null)}`,
        ),
    },
    xAxis: { type: 'time', axisLabel: { color: colour('muted'), hideOverlap: true } },
    yAxis: {
      type: 'category',
      data: lanes,
      inverse: true,
      axisLabel: { color: colour('text'), width: 150, overflow: 'truncate' },
      axisTick: { show: false },
    },
    dataZoom: [
      { type: 'inside', filterMode: 'weakFilter', zoomOnMouseWheel: 'ctrl' },
      { type: 'slider', bottom: 8, height: 20, filterMode: 'weakFilter' },
    ],
    series: [
      {
        type: 'custom',
        encode: { x: [1, 2], y: 0 },
        data: bars.map(({ lane, from, to, fill, text, videoId }) => ({
          value: [lanes.indexOf(lane), from, to],
          text,
          link: videoId === undefined ? '' : `#/video/${encodeURIComponent(videoId)}`,
          itemStyle: { color: colour(fill) },
        })),
        renderItem: (_: unknown, api: { value(i: number): number; coord(p: number[]): number[]; style(): object }) => {
          const [x = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
          const [end = 0] = api.coord([api.value(2), api.value(0)]);
          const width = Math.max(2, end - x - 1);
          return { type: 'rect', shape: { x, y: y - 10, width, height: 20, r: 3 }, style: api.style() };
        },
      },
    ],
  };
}
