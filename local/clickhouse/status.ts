/** HTTP statuses by ClickHouse's error codes, as a server answers them. */
const byStatus: readonly (readonly [number, readonly number[]])[] = [
  [400, [6, 26, 27, 33, 36, 38, 41, 42, 43, 53, 62, 69, 70, 72, 117, 130, 131, 160, 167, 168, 321, 427, 456, 457]],
  [403, [164, 192, 193, 291, 497, 516]],
  [404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 336]],
  [408, [159]],
  [413, [223]],
  [501, [48]],
  [503, [202, 209, 439]],
];

const statuses = new Map(byStatus.flatMap(([status, codes]) => codes.map((code) => [code, status] as const)));

/** 500 for codes that aren't the asker's fault. */
export const httpStatus = (code: number): number => statuses.get(code) ?? 500;

/** A refusal in ClickHouse's own words: its code and the text after `DB::Exception: `, name in brackets included. */
export class EngineRefusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads the code out of an engine's error (`Code: 60. DB::Exception: … (UNKNOWN_TABLE)`). */
export function refusalOf(error: unknown): EngineRefusal {
  if (error instanceof EngineRefusal) return error;
  const text = error instanceof Error ? error.message : String(error);
  const match = /Code: (\d+)\. DB::Exception: ([\s\S]*)/.exec(text);
  return match?.[2]
    ? new EngineRefusal(Number(match[1]), match[2].trim())
    : new EngineRefusal(1002, `${text} (UNKNOWN_EXCEPTION)`);
}
