/**
 * Copies what the SDK parsed into ordinary values. Its parser gives objects without a prototype at every level, and
 * BigNumber objects for numbers of more than 15 characters (cloud facts 5).
 * Integers beyond 2^53 become strings, since they can only be identifiers.
 */
export function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (isBigNumber(value)) return narrow(value.toFixed());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

type BigNumberLike = { readonly _isBigNumber: true; toFixed(): string };

function isBigNumber(value: object): value is BigNumberLike {
  return (value as Partial<BigNumberLike>)._isBigNumber === true;
}

function narrow(digits: string): number | string {
  const number = Number(digits);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? digits : number;
}

/** A parameter of an RPC call; arrays are flattened to `Name.1.Field` by the SDK. */
export type RpcValue = string | number | boolean | readonly string[] | readonly Readonly<Record<string, RpcScalar>>[];
type RpcScalar = string | number | boolean | readonly string[] | null | undefined;
export type RpcParams = Readonly<Record<string, RpcValue | null | undefined>>;

/**
 * Parameters as the SDK may have them: absent ones left out (it would send the words "undefined" and "null"), text
 * well-formed (a lone surrogate makes its encoder throw).
 */
export function presentParams(params: RpcParams): Record<string, unknown> {
  return present(params) as Record<string, unknown>;
}

function present(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(present);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null && item !== undefined)
      .map(([key, item]) => [key, present(item)]),
  );
}
