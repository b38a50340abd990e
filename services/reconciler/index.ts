export { type ReconcilerOptions, runReconciler } from './reconciler.ts';
export type { SweepTarget } from './target.ts';
