import type { Resolver, Type } from 'avsc';
import type { Clock } from '../../platform/host/index.ts';
import { withBoundedReads } from './bounded-reads.ts';
import { RegistryFault } from './fault.ts';
import { unknownIn } from './knows-more.ts';

/**
 * Finds the schema that a record was written with. `isOf` says whether it was registered for a subject; where that
 * can't be known, it counts as ours.
 */
export type WriterSchemas = {
  (id: number): Promise<Type>;
  isOf?(id: number, subject: string): Promise<boolean>;
};

/** How records of one schema id are read: by its resolver (null: they are written as ours are). */
export type Writer = {
  readonly resolver: Resolver | null;
  /** What a newer release knows and this one doesn't; null for nothing. */
  readonly unknown: string | null;
};

/** An id that the registry doesn't know may be on its way between its replicas: for so long it is asked for again. */
const unknownAfterMs = 60_000;
/** How often it is asked meanwhile. */
const askEveryMs = 1_000;
/** For how long a refusal counts: the schema may be registered later. */
const refusedForMs = 10 * 60_000;

type Refusal = { readonly fault: RegistryFault; readonly sinceMs: number; readonly untilMs: number };

/** The schemas that records of one topic were written with, each asked for once. */
export class Writers {
  readonly #subject: string;
  readonly #ownId: number;
  readonly #type: Type;
  readonly #schemas: WriterSchemas;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #known: Map<number, Writer>;
  readonly #refused = new Map<number, Refusal>();
  readonly #asking = new Map<number, Promise<Writer>>();

  constructor(subject: string, ownId: number, type: Type, schemas: WriterSchemas, clock: Pick<Clock, 'monotonicMs'>) {
    this.#subject = subject;
    this.#ownId = ownId;
    this.#type = type;
    this.#schemas = schemas;
    this.#clock = clock;
    this.#known = new Map([[ownId, { resolver: null, unknown: null }]]);
  }

  /** At once where it is known. @throws RegistryFault, also by the promise */
  of(id: number): Writer | Promise<Writer> {
    const known = this.#known.get(id);
    if (known) return known;
    const refused = this.#refused.get(id);
    if (refused && this.#clock.monotonicMs() < refused.untilMs) throw refused.fault;
    const asking = this.#asking.get(id) ?? this.#learn(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  /** Of an id that was read: what our schema leaves out of its records. */
  unknownOf(id: number): string | null {
    return this.#known.get(id)?.unknown ?? null;
  }

  async #learn(id: number): Promise<Writer> {
    try {
      const writer = await this.#ask(id);
      this.#known.set(id, writer);
      this.#refused.delete(id);
      return writer;
    } catch (error) {
      throw this.#refuse(id, error, await this.#isEmptied(error));
    }
  }

  /** A registry that has lost our own schema says of every other one too that there is none. */
  async #isEmptied(error: unknown): Promise<boolean> {
    if (!isUnknown(error) || this.#ownId < 0) return false;
    return await this.#schemas(this.#ownId).then(
      () => false,
      (of: unknown) => isUnknown(of),
    );
  }

  async #ask(id: number): Promise<Writer> {
    const type = withBoundedReads(await this.#schemas(id));
    if (this.#type.equals(type)) return { resolver: null, unknown: null };
    const resolver = this.#resolverOf(id, type);
    const unknown = unknownIn(type, this.#type);
    // A stranger's schema knows nothing that we would have to keep.
    const ours = unknown !== null && ((await this.#schemas.isOf?.(id, this.#subject)) ?? true);
    return { resolver, unknown: ours ? unknown : null };
  }

  #resolverOf(id: number, type: Type): Resolver {
    try {
      return this.#type.createResolver(type);
    } catch (cause) {
      const message = `${this.#subject}: records of schema ${id} can't be read as schema ${this.#ownId}`;
      throw new RegistryFault('INCOMPATIBLE_SCHEMA', message, { cause });
    }
  }

  /** Remembers why not, so that the next records of that id needn't ask. */
  #refuse(id: number, error: unknown, emptied: boolean): RegistryFault {
    const nowMs = this.#clock.monotonicMs();
    const code = error instanceof RegistryFault ? error.code : 'REGISTRY_AWAY';
    const retryable = emptied || !(error instanceof RegistryFault) || error.retryable;
    const sinceMs = (code === 'UNKNOWN_SCHEMA_ID' ? this.#refused.get(id)?.sinceMs : undefined) ?? nowMs;
    if (code === 'INCOMPATIBLE_SCHEMA') {
      const fault = new RegistryFault(code, `${this.#subject}: schema ${id}: ${(error as Error).message}`, {
        cause: error,
      });
      this.#refused.set(id, { fault, sinceMs, untilMs: nowMs + refusedForMs });
      return fault;
    }
    const patient = retryable || nowMs - sinceMs < unknownAfterMs;
    const fault = new RegistryFault('UNKNOWN_SCHEMA_ID', `${this.#subject}: the registry doesn't give schema ${id}`, {
      cause: error,
      retryable: patient,
    });
    // A registry that is away may be back at any moment.
    const untilMs = nowMs + (retryable ? 0 : patient ? askEveryMs : refusedForMs);
    if (code === 'UNKNOWN_SCHEMA_ID' && !emptied) this.#refused.set(id, { fault, sinceMs, untilMs });
    return fault;
  }
}

const isUnknown = (error: unknown): boolean => error instanceof RegistryFault && error.code === 'UNKNOWN_SCHEMA_ID';
