/** What a sweep goes through. */

/** What to sweep: a domain, one of its apps, or one stream. */
export type SweepTarget = { readonly domainName: string; readonly appName?: string; readonly streamName?: string };

export type Window = { readonly fromMs: number; readonly toMs: number };

/** Whether sweeping the target covers the stream. */
export function isWithin(target: SweepTarget, stream: Required<SweepTarget>): boolean {
  return (
    target.domainName === stream.domainName &&
    (target.appName === undefined || target.appName === stream.appName) &&
    (target.streamName === undefined || target.streamName === stream.streamName)
  );
}
