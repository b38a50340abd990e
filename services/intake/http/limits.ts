/** What one ingress process lets in. Every limit protects the good callbacks from the rest. */
export type IngressLimits = {
  /** Bodies up to this size go to `callbacks`. The cloud's own are a few KB; its queue allows 64 KiB. */
  readonly bodyBytes: number;
  /** Authentic bodies up to this size are kept in `dead-letters`; larger ones get 413. */
  readonly oversizeBodyBytes: number;
  /** All headers of a request together. */
  readonly headerBytes: number;
  /** Open connections; further ones are dropped at accept. */
  readonly connections: number;
  /**
   * Open connections of one address; further ones are cut. Behind a load balancer all come from its few addresses: what
   * one may hold should then be what all may.
   */
  readonly connectionsOfAddress: number;
  /** Time for a request's headers to arrive. Raise for very slow networks; higher means slow-loris clients stay longer. */
  readonly headersTimeoutMs: number;
  /**
   * Time for a whole request to arrive. Less than `answerWithinMs`, so that a slow sender is told that it is slow (408)
   * and an overdue answer means us; over the cloud's own 5 s it makes no sense (cloud facts 1.5).
   */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept. Should be longer than the idle time-out of a load balancer in front. */
  readonly keepAliveTimeoutMs: number;
  /**
   * A request that isn't durable by then, counted from the end of its headers, gets 503 and may be tried again by the
   * cloud, which waits 5 s. The cloud's headers come in one packet; who is slow with them waits longer in all.
   */
  readonly answerWithinMs: number;
  /** Bodies that are arriving or waiting to become durable, in bytes; beyond it 503 at once. */
  readonly waitingBytes: number;
  /** Authentic callbacks per second and path, and how many at once; beyond it 429. A stolen signature is good for a whole window. */
  readonly callbacksPerSecond: number;
  readonly callbacksBurst: number;
  /** Of those, how many one address may send a second (twice as many at once): no single address uses up the rate. */
  readonly callbacksPerSecondOfAddress: number;
  /** Requests remembered to recognise an exact resend (about 250 bytes each). */
  readonly resends: number;
};

export const defaultLimits: IngressLimits = {
  bodyBytes: 256 * 1024,
  oversizeBodyBytes: 1024 * 1024,
  headerBytes: 8 * 1024,
  connections: 4096,
  connectionsOfAddress: 2048,
  headersTimeoutMs: 2_000,
  requestTimeoutMs: 3_000,
  keepAliveTimeoutMs: 75_000,
  answerWithinMs: 4_000,
  waitingBytes: 64 * 1024 * 1024,
  callbacksPerSecond: 20_000,
  callbacksBurst: 40_000,
  callbacksPerSecondOfAddress: 15_000,
  resends: 50_000,
};
