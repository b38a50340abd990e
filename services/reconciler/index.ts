export { type ReconcilerOptions, runReconciler } from './reconciler.ts';
export type { SweepTarget } from './sweep.ts';
