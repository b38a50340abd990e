import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
const h = monitorEventLoopDelay({ resolution: 5 }); h.enable();
const gcs: Record<string, { n: number; max: number; sum: number }> = {};
new PerformanceObserver((l) => { for (const e of l.getEntries()) { const k = String((e as any).detail.kind); const g = (gcs[k] ??= { n: 0, max: 0, sum: 0 }); g.n++; g.max = Math.max(g.max, e.duration); g.sum += e.duration; } }).observe({ entryTypes: ['gc'] });
process.on('SIGUSR2', () => { console.log('loop delay p50', (h.percentile(50) / 1e6).toFixed(1), 'p99', (h.percentile(99) / 1e6).toFixed(1), 'max', (h.max / 1e6).toFixed(1), 'gc', JSON.stringify(gcs)); h.reset(); for (const k of Object.keys(gcs)) delete gcs[k]; });
await import('./ingress-target.ts');
