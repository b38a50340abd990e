/** Messages between a role and the supervisor that started it. */
export type RoleMessage =
  | { readonly kind: 'waiting'; readonly for: string | null }
  /** Its event loop turns; `live` as `/healthz` says it. */
  | { readonly kind: 'alive'; readonly live: boolean }
  /** The metrics that it was asked for, as Prometheus' text. */
  | { readonly kind: 'metrics'; readonly question: number; readonly text: string }
  /** Of a role in several processes, which it supervises itself: those that run. */
  | { readonly kind: 'processes'; readonly pids: readonly number[] }
  /** Why it is about to end. */
  | { readonly kind: 'fault'; readonly line: string; readonly portTaken: boolean };
export type SupervisorMessage =
  | { readonly kind: 'system'; readonly waitingFor: string | null }
  | { readonly kind: 'metrics'; readonly question: number };
