/**
 * Mutants that behave as the code does, whatever one feeds it, each with the reason. They don't count. A line says where
 * (file, function) and which change; it goes stale with the code, and the lane says so. One that a test kills after all
 * is a fault of this list.
 */
export type Equivalent = {
  readonly file: string;
  readonly within: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
};
