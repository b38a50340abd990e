/** What the dashboards and alerts in deploy/ ask, for benchmarks and tests that ask the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const deploy = join(import.meta.dirname, '../deploy');
const dashboards = join(deploy, 'grafana/dashboards');

type Panel = {
  readonly title: string;
  readonly targets: readonly { readonly rawSql?: string; readonly expr?: string }[];
};
type Dashboard = { readonly uid: string; readonly panels: readonly Panel[] };

/** Each panel's queries, named by dashboard and title. */
function queries(pick: (target: Panel['targets'][number]) => string | undefined): [string, string][] {
  return readdirSync(dashboards).flatMap((file) => {
    const { uid, panels } = JSON.parse(readFileSync(join(dashboards, file), 'utf8')) as Dashboard;
    return panels.flatMap(({ title, targets }) =>
      targets.flatMap((target): [string, string][] => {
        const query = pick(target);
        return query === undefined ? [] : [[`${uid}: ${title}`, query]];
      }),
    );
  });
}

/** SQL of the panels, with Grafana's macros and variables put in as Grafana would: all streams of these domains, by hour. */
export const panelSql = (domains: readonly string[] = ['play.example.com']): [string, string][] =>
  queries((target) => target.rawSql).map(([name, sql]) => [
    name,
    sql
      .replaceAll(/\$__timeFilter_ms\((\w+)\)/g, '($1 >= fromUnixTimestamp64Milli(0) AND $1 <= now64(3))')
      .replaceAll(
        /\$__timeInterval_ms\((\w+)\)/g,
        'toStartOfInterval(toDateTime64($1, 3), INTERVAL 3600000 millisecond)',
      )
      .replaceAll(/\$\{domain:sqlstring\}/g, domains.map((domain) => `'${domain}'`).join(','))
      .replaceAll(/\$\{(app|stream):sqlstring\}/g, "'%'"),
  ]);

/** PromQL of the panels and of the alert rules. */
export function promQl(): [string, string][] {
  const rules = readFileSync(join(deploy, 'prometheus/live2vod.rules.yml'), 'utf8');
  const alerts = [...rules.matchAll(/- alert: (\w+)\n\s+expr: (.+)/g)];
  return [
    ...queries((target) => target.expr),
    ...alerts.map((match): [string, string] => [`alert ${match[1]}`, match[2] ?? '']),
  ];
}
