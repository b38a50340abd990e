/** Where a domain's own record callbacks go, as AddLiveRecordNotifyConfig takes it (cloud facts 4.11, 4.14). */
export type RecordNotification = {
  /** As configured: its host name is signed. */
  readonly notifyUrl: string;
  readonly onDemandUrl: string;
  /** Whether starts, pauses and returns are told too, or files alone. */
  readonly needStatusNotify: boolean;
  readonly notifyReqAuth: boolean;
  readonly notifyAuthKey: string;
};

/** One for each domain; null: nothing is told. Written by the emulator's options and by the operations. */
export class RecordNotifications {
  readonly #ofDomains = new Map<string, RecordNotification | null>();
  readonly #otherwise: RecordNotification | null;

  /** @param otherwise what a domain has as long as no operation changed it */
  constructor(otherwise: RecordNotification | null) {
    this.#otherwise = otherwise;
  }

  of(domain: string): RecordNotification | null {
    const own = this.#ofDomains.get(domain);
    return own === undefined ? this.#otherwise : own;
  }

  set(domain: string, notification: RecordNotification | null): void {
    this.#ofDomains.set(domain, notification);
  }
}
