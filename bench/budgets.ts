/** What a benchmark holds its figures against. A budget that is missed, or that nothing was measured for, fails the run. */

export type Budget = {
  /** What is compared: `processor / Kafka Streams, callbacks/s`. */
  readonly name: string;
  /** Not a number where it wasn't measured, which misses the budget. */
  readonly value: number;
  readonly unit?: string;
} & ({ readonly least: number } | { readonly most: number });

/** Of several ways to the same end one is enough. All are printed. */
export type Either = { readonly name: string; readonly either: readonly Budget[] };

export type Judged = {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  readonly held: boolean;
};

/** What every measurement says of itself; more figures beside it. */
export type Outcome = {
  readonly passed: boolean;
  /** Its plot, or several by name. */
  readonly svg?: string | Readonly<Record<string, string>>;
};

export type Verdict = { readonly budgets: readonly Judged[]; readonly passed: boolean };

/** Prints each budget with its figure, and says which are held. Passed only where all are. */
export function judged(budgets: readonly (Budget | Either)[], print: (line: string) => void): Verdict {
  const told: Judged[] = [];
  let passed = true;
  for (const one of budgets) {
    const parts = ('either' in one ? one.either : [one]).map(judge);
    told.push(...parts.map(({ unit: _, ...part }) => part));
    for (const part of parts) print(line(part));
    const held = parts.some((part) => part.held);
    if ('either' in one) print(`${one.name}: ${held ? 'one of these is enough' : 'none of these is held: MISSED'}`);
    if (!held) passed = false;
  }
  return { budgets: told, passed };
}

/** The least and the most themselves are within. */
function judge(budget: Budget): Judged & { readonly unit?: string } {
  const held = 'least' in budget ? budget.value >= budget.least : budget.value <= budget.most;
  return { ...budget, held };
}

function line({ name, value, unit, least, most, held }: Judged & { readonly unit?: string }): string {
  const figure = Number.isNaN(value) ? 'not measured' : `${shown(value)}${unit === undefined ? '' : ` ${unit}`}`;
  const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
  return `${name.padEnd(52)} ${figure} (budget ${bound})${held ? '' : ' MISSED'}`;
}

const shown = (value: number): string => (Math.abs(value) >= 20 ? value.toFixed(0) : value.toFixed(2));
