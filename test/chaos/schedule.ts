import { type Rng, seeded } from '../../emulator/random.ts';

/** What can be done to the processes, the brokers and the connections between them. */
export const faultsByLane = {
  processes: ['kill', 'freeze', 'scale', 'wipe'],
  brokers: ['broker-kill', 'broker-freeze'],
  network: ['cut-all', 'cut-in-transaction', 'cut-before-response'],
} as const;
export type Lane = keyof typeof faultsByLane;
export type FaultKind = (typeof faultsByLane)[Lane][number];
export const faultKinds: readonly FaultKind[] = Object.values(faultsByLane).flat();

export type Fault = {
  readonly kind: FaultKind;
  /** Wait since the previous fault of the lane was over. */
  readonly pauseMs: number;
  /** How long it lasts; for a cut, how long to wait for its moment. */
  readonly holdMs: number;
  /** A number that picks the victim. */
  readonly pick: number;
};

/** The lanes run side by side, so that a process may die while the broker is frozen. */
export type Schedule = Readonly<Record<Lane, readonly Fault[]>>;

export type ScheduleOptions = {
  readonly seed: number;
  readonly seconds: number;
  readonly sessionTimeoutMs: number;
  readonly lanes: readonly Lane[];
};

/** The faults of a run: the same for the same options. Each lane goes through all its kinds before it repeats one. */
export function scheduleOf({ seed, seconds, sessionTimeoutMs, lanes }: ScheduleOptions): Schedule {
  const lane = (name: Lane): Fault[] => {
    if (!lanes.includes(name)) return [];
    const rng = seeded(seed, 'chaos', name);
    const [shortest, longest] = pauses[name];
    const faults: Fault[] = [];
    let leftMs = seconds * 1000;
    while (leftMs > 0) {
      for (const kind of shuffled<FaultKind>(rng, faultsByLane[name])) {
        const holdMs = holdOf(kind, rng, sessionTimeoutMs);
        const fault = { kind, pauseMs: rng.int(shortest, longest), holdMs, pick: rng.int(0, 1_000_000) };
        faults.push(fault);
        leftMs -= fault.pauseMs + holdMs;
      }
    }
    return faults;
  };
  return { processes: lane('processes'), brokers: lane('brokers'), network: lane('network') };
}

const pauses = { processes: [300, 1_500], brokers: [2_000, 5_000], network: [200, 1_500] } as const;

function holdOf(kind: FaultKind, rng: Rng, sessionTimeoutMs: number): number {
  switch (kind) {
    case 'freeze':
      // Long enough for the others to take over, and for the owner to find that out.
      return Math.round(sessionTimeoutMs * rng.between(1.3, 2.2));
    case 'scale':
      return Math.round(sessionTimeoutMs * rng.between(0.8, 1.6));
    case 'broker-freeze':
      return rng.int(1_000, 5_000);
    case 'broker-kill':
      return rng.int(0, 3_000);
    case 'cut-in-transaction':
    case 'cut-before-response':
      return 5_000;
    default:
      return rng.int(0, 1_500);
  }
}

function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  return list
    .map((item) => [rng.float(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
