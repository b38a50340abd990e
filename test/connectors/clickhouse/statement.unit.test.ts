import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  formatOf,
  hasSecondStatement,
  insertFromFile,
  insertHead,
} from '../../../connectors/clickhouse/role/statement.ts';

it.each([
  ['SELECT 1', null],
  ['SELECT 1 FORMAT JSON', 'JSON'],
  ['SELECT 1 FORMAT JSONEachRow SETTINGS max_threads = 1;', 'JSONEachRow'],
  ["SELECT 'FORMAT JSON' AS a", null],
])('reads the format that %s asks for', (sql, format) => {
  expect(formatOf(sql)).toBe(format);
});

it.each([
  ['INSERT INTO t FORMAT JSONEachRow', { target: 'INSERT INTO t', settings: '', format: 'JSONEachRow' }],
  ['insert into t (a, b) format CSV;\n', { target: 'insert into t (a, b)', settings: '', format: 'CSV' }],
  ['INSERT INTO t VALUES', { target: 'INSERT INTO t', settings: '', format: 'Values' }],
  ['INSERT INTO t SETTINGS a = 1 FORMAT TSV', { target: 'INSERT INTO t', settings: 'SETTINGS a = 1', format: 'TSV' }],
  ['INSERT INTO t SELECT 1', null],
  ["INSERT INTO t VALUES ('x')", null],
  ['SELECT 1 FORMAT JSON', null],
])('knows of %s whether its rows come apart', (sql, head) => {
  expect(insertHead(sql)).toEqual(head);
});

it('quotes the file of an INSERT', () => {
  const head = { target: 'INSERT INTO t', settings: '', format: 'CSV' };
  expect(insertFromFile(head, "/a'b\\c", 'gzip')).toBe(
    "INSERT INTO t FROM INFILE '/a\\'b\\\\c' COMPRESSION 'gzip'  FORMAT CSV",
  );
});

it.each([
  ['SELECT 1; SELECT 2', true],
  ['SELECT 1; DROP TABLE t', true],
  ["SELECT ';' -- ; DROP\n", false],
  ['SELECT 1 /* ; x */ ;  ', false],
  ['SELECT `a;b`, "c;d"', false],
  ["SELECT 'it''s; fine'", false],
  ["SELECT 'it\\'s; fine'", false],
  ["INSERT INTO t VALUES ('a;b')", false],
  ['INSERT INTO t FORMAT CSV a;b', false],
])('sees whether %s is more than one statement', (sql, more) => {
  expect(hasSecondStatement(sql)).toBe(more);
});

it('sees no second statement inside of any quoted text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const literal = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
      return !hasSecondStatement(`SELECT ${literal}`) && hasSecondStatement(`SELECT ${literal}; SELECT 1`);
    }),
  );
});
