/**
 * Grafana's ClickHouse data source talks HTTP through clickhouse-go, which asks who it talks to and then reads every
 * block in the layout of the protocol revision that it was told. The engine writes blocks of revision 0 only, so this
 * one answer, in the layout that the asker expects before it knows better, says revision 0.
 */

/** The question, word for word. */
export const goHello = 'SELECT displayName(), version(), revision(), timezone()';

/** One block of format Native with one row, in the layout of protocol revisions from 54454 on. */
export function goHelloAnswer(displayName: string, version: string): Buffer {
  const revision = Buffer.alloc(4);
  const columns: [string, string, Buffer][] = [
    ['displayName()', 'String', text(displayName)],
    ['version()', 'String', text(version)],
    ['revision()', 'UInt32', revision],
    ['timezone()', 'String', text('UTC')],
  ];
  return Buffer.concat([
    // Block info: field 1 no overflows, field 2 bucket -1, end of fields.
    Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]),
    Buffer.from([columns.length, 1]),
    // The zero after the type: no custom serialization.
    ...columns.flatMap(([name, type, data]) => [text(name), text(type), Buffer.from([0]), data]),
  ]);
}

/** Length and bytes; shorter than 128 bytes, so the length is one byte. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value).subarray(0, 127);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
