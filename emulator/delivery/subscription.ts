/** The account's callback configuration (cloud facts 3.3). */
export type Subscription = {
  readonly callbackType: 'HTTP' | 'MNS';
  /** As configured: this string is signed. */
  readonly callbackUrl: string;
  readonly authSwitch: 'on' | 'off';
  readonly authKey: string;
  /** Event types; `ALL` for all of them, `AIComplete` for the AI ones. */
  readonly eventTypes: readonly string[];
  readonly mnsEndpoint: string;
  readonly mnsQueueName: string;
};

/** Where callbacks go; null: nowhere. Written by the emulator's options and by SetMessageCallback. */
export class Subscriptions {
  current: Subscription | null;

  constructor(current: Subscription | null) {
    this.current = current;
  }

  /** Whether the account has subscribed to this type of event. */
  wants(eventType: string): boolean {
    const types = this.current?.eventTypes ?? [];
    const group = /^AI(MediaAudit|MediaDNA|VideoTag|VideoCensor)Complete$/.test(eventType) ? 'AIComplete' : eventType;
    return types.includes('ALL') || types.includes(group);
  }
}
