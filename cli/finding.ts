/** What a check of the account found. */

/** `remedy` where it isn't well: what to do. `why` without one: nobody knows whether it is, and why. */
export type Finding = { readonly what: string; readonly why?: string; readonly remedy?: string };
