import { fault } from './errors.ts';

/** The parameters of one call, as text. An empty value counts as absent, as at the cloud. */
export type Params = Readonly<Record<string, string | undefined>>;

export function required(params: Params, name: string): string {
  const value = params[name];
  if (!value) throw fault.missingParameter(name);
  return value;
}

export function optional(params: Params, name: string): string | null {
  return params[name] || null;
}

/** A whole number within bounds, `otherwise` when absent. */
export function integer(params: Params, name: string, bounds: { from: number; to: number; otherwise: number }): number {
  const text = optional(params, name);
  if (text === null) return bounds.otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < bounds.from || value > bounds.to) throw fault.invalidParameter(name);
  return value;
}

export function matching(params: Params, name: string, pattern: RegExp): string | null {
  const value = optional(params, name);
  if (value !== null && !pattern.test(value)) throw fault.invalidParameter(name);
  return value;
}

/** A JSON object given as text. */
export function jsonObject(params: Params, name: string): Readonly<Record<string, unknown>> | null {
  const text = optional(params, name);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    throw fault.invalidParameter(name);
  }
  throw fault.invalidParameter(name);
}

/** A UTC time, epoch ms; null when absent. */
export function time(params: Params, name: string): number | null {
  const text = matching(params, name, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  if (text === null) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw fault.invalidParameter(name);
  return ms;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
