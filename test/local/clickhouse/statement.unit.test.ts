import { expect, it } from 'vitest';
import { tokensOf } from '../../../local/clickhouse/guard/tokens.ts';
import { formatOf, insertFromFile, splitInsert } from '../../../local/clickhouse/statement.ts';

it.each([
  ['SELECT 1', null],
  ['SELECT 1 FORMAT JSON', 'JSON'],
  ['SELECT 1 FORMAT JSONEachRow SETTINGS max_threads = 1;', 'JSONEachRow'],
  ["SELECT 'FORMAT JSON' AS a", null],
])('reads the format that %s asks for', (sql, format) => {
  expect(formatOf(sql)).toBe(format);
});

it.each([
  ['INSERT INTO t FORMAT JSONEachRow', ['INSERT INTO t FORMAT JSONEachRow', '']],
  ['insert into t (a, b) format CSV;\n', ['insert into t (a, b) format CSV', '']],
  ['INSERT INTO t (`values`, "format x") VALUES', ['INSERT INTO t (`values`, "format x") VALUES', '']],
  ["INSERT INTO t VALUES ('x'); SELECT 1", ['INSERT INTO t VALUES', "('x'); SELECT 1"]],
  [
    'INSERT /* VALUES */ INTO t -- FORMAT x\n FORMAT CSV\n1,2\n',
    ['INSERT /* VALUES */ INTO t -- FORMAT x\n FORMAT CSV', '1,2\n'],
  ],
  ['INSERT INTO t SELECT 1 FORMAT CSV', null],
  ['INSERT INTO t WITH 1 AS x SELECT x', null],
  ['SELECT 1 FORMAT JSON', null],
])('takes head and rows of %s apart', (sql, parts) => {
  const split = splitInsert(sql);
  expect(split && [split.head, split.rows]).toEqual(parts);
});

it.each([
  ['INSERT INTO t FORMAT CSV', "INSERT INTO t  FROM INFILE '/a\\'b\\\\c' COMPRESSION 'gzip' FORMAT CSV"],
  [
    'INSERT INTO d.t (settings, format) SETTINGS max_threads = 1 FORMAT CSV',
    "INSERT INTO d.t (settings, format)  FROM INFILE '/a\\'b\\\\c' COMPRESSION 'gzip' SETTINGS max_threads = 1 FORMAT CSV",
  ],
])('puts the file of rows into %s', (head, statement) => {
  expect(insertFromFile(head, [...tokensOf(head)], "/a'b\\c", 'gzip')).toBe(statement);
});
