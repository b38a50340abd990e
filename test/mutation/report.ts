import type { Result } from './lane.ts';

export type Row = {
  readonly file: string;
  readonly killed: number;
  readonly endless: number;
  readonly survived: number;
  readonly equivalent: number;
  readonly refused: number;
};

export function rowsOf(results: readonly Result[]): readonly Row[] {
  const files = [...new Set(results.map(({ mutant }) => mutant.file))];
  return files.map((file) =>
    rowOf(
      file,
      results.filter(({ mutant }) => mutant.file === file),
    ),
  );
}

export function rowOf(file: string, results: readonly Result[]): Row {
  const counted = results.filter(({ equivalent }) => !equivalent);
  const count = (...outcomes: readonly Result['outcome'][]) =>
    counted.filter(({ outcome }) => outcomes.includes(outcome)).length;
  return {
    file,
    killed: count('killed'),
    endless: count('endless'),
    survived: count('survived', 'unreached'),
    equivalent: results.length - counted.length,
    refused: count('refused'),
  };
}

/** Of the mutants that a test could tell apart, those that one does; 1 where there is none. */
export function shareKilled({ killed, endless, survived }: Row): number {
  const all = killed + endless + survived;
  return all === 0 ? 1 : (killed + endless) / all;
}

/** A table in Markdown. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const all = row.killed + row.endless + row.survived;
    const cells = [
      all,
      row.killed,
      row.endless,
      row.survived,
      row.equivalent,
      row.refused,
      `${(shareKilled(row) * 100).toFixed(1)} %`,
    ];
    return `| \`${row.file}\` | ${cells.join(' | ')} |`;
  });
  return [
    '| file | mutants | killed | endless | survived | equivalent | refused by types | killed of those that count |',
    '|---|---:|---:|---:|---:|---:|---:|---:|',
    ...lines,
  ].join('\n');
}

export function survivorsOf(results: readonly Result[]): readonly string[] {
  return results
    .filter(({ outcome, equivalent }) => !equivalent && (outcome === 'survived' || outcome === 'unreached'))
    .map(({ mutant: { file, line, within, operator, from, to }, outcome }) => {
      const reached = outcome === 'unreached' ? ', which no test reaches' : '';
      return `${file}:${line} ${operator} in ${within}${reached}\n  - ${from}\n  + ${to}`;
    });
}
