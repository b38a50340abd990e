/** Plots of results as SVG text, drawn without a browser. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export type Bars = {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly name: string; readonly value: number }[];
};

/** One horizontal bar per value, the first on top. */
export function barChart({ title, unit, bars }: Bars): string {
  return draw(120 + bars.length * 44, {
    title: { text: title, left: 8, textStyle: { fontSize: 15 } },
    grid: { left: 130, right: 70, top: 50, bottom: 45 },
    xAxis: { type: 'value', name: unit, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'category', inverse: true, data: bars.map(({ name }) => name) },
    series: [
      {
        type: 'bar',
        data: bars.map(({ value }) => value),
        barMaxWidth: 26,
        label: { show: true, position: 'right' },
      },
    ],
  });
}

export type Lines = {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
  /** Few points at sizes of which each is several times the one before: marked, and on a logarithmic axis. */
  readonly sizes?: boolean;
};

export function lineChart({ title, x, y, lines, sizes = false }: Lines): string {
  return draw(320, {
    title: { text: title, left: 8, textStyle: { fontSize: 15 } },
    legend: { top: 28, left: 8 },
    grid: { left: 70, right: 30, top: 70, bottom: 50 },
    xAxis: { type: sizes ? 'log' : 'value', name: x, nameLocation: 'middle', nameGap: 28 },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 50, min: 0 },
    series: lines.map(({ name, points }) => ({
      type: 'line',
      name,
      showSymbol: sizes,
      data: points.map((point) => [...point]),
    })),
  });
}

function draw(height: number, option: Parameters<ReturnType<typeof init>['setOption']>[0]): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 720, height });
  chart.setOption({ animation: false, backgroundColor: '#fff', ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
