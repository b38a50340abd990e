/** An ECharts chart that follows its container's size and the page's theme. */
import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import type { EChartsCoreOption } from 'echarts/core';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'preact/hooks';

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  DataZoomComponent,
  CanvasRenderer,
]);

export { echarts };

/** The colours of the current theme, by name of the style sheet's variables. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

type ChartProps = { option: () => EChartsCoreOption; height: number; label: string; onClick?: (name: string) => void };

export function Chart({ option, height, label, onClick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.EChartsType | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const drawn = echarts.init(element);
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.resize());
    resized.observe(element);
    if (onClick)
      drawn.on('click', (event) => onClick(String((event.data as { link?: string } | undefined)?.link ?? event.name)));
    return () => {
      resized.disconnect();
      drawn.dispose();
    };
  }, []);
  useEffect(() => {
    const draw = () => chart.current?.setOption(option(), true);
    draw();
    addEventListener('themechange', draw);
    return () => removeEventListener('themechange', draw);
  }, [option]);
  return <div ref={box} role="img" aria-label={label} style={{ height: `${height}px`, width: '100%' }} />;
}
