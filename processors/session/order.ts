/** Of two texts which comes first, as code units have it. */
export function byText(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}
