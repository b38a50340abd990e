/** A name of a database, table or column as SQL takes it where it can't be a bound parameter. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
