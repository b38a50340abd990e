/** One change to one place of a source file. */
export type Mutant = {
  /** Position in the list of all mutants of a run. */
  readonly id: number;
  /** Path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** Name of the function or constant around it. */
  readonly within: string;
  readonly operator: Operator;
  /** What is there, and what stands there instead: the whole expression or statement, in one line. */
  readonly from: string;
  readonly to: string;
};

export type Operator =
  | 'boundary'
  | 'comparison'
  | 'connective'
  | 'condition'
  | 'arithmetic'
  | 'constant'
  | 'text'
  | 'pattern'
  | 'statement'
  | 'result'
  | 'method'
  | 'default'
  | 'element'
  | 'field'
  | 'order';

/** A mutant's name, the same as long as the code around it is: what the list of equivalent mutants goes by. */
export function nameOf({ file, within, from, to }: Pick<Mutant, 'file' | 'within' | 'from' | 'to'>): string {
  return `${file} ${within}: ${from} → ${to}`;
}
