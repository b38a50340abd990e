import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The cells of a table's rows, by the header of the table: what the documents promise, read from them. */
export function tableIn(document: string, header: string): readonly (readonly string[])[] {
  const lines = readFileSync(join(import.meta.dirname, '../../docs', document), 'utf8').split('\n');
  const at = lines.indexOf(header);
  if (at < 0) throw new Error(`docs/${document} has no table ${header}`);
  const end = lines.findIndex((line, i) => i > at && !line.startsWith('|'));
  const rows = lines.slice(at + 2, end < 0 ? undefined : end);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The first name in a cell that is written as code. */
export function codeIn(cell: string | undefined): string {
  return /`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';
}
