/** One queue operation; earlier answers' receipt handles go in by number. */
export type QueueStep = {
  readonly action: string;
  readonly bodies?: readonly string[];
  /** Which of the messages received so far it is about. */
  readonly received?: readonly number[];
};

/** Every queue operation at least once, in an order in which each finds what it needs. */
export const queueSteps: readonly QueueStep[] = [
  { action: 'CreateQueue' },
  { action: 'SetQueueAttributes' },
  { action: 'GetQueueAttributes' },
  { action: 'ListQueue' },
  { action: 'SendMessage', bodies: ['{"first": 1}'] },
  { action: 'PeekMessage' },
  { action: 'ReceiveMessage' },
  { action: 'ChangeMessageVisibility', received: [0] },
  { action: 'DeleteMessage', received: [0] },
  { action: 'BatchSendMessage', bodies: [' blanks ', 'three'] },
  { action: 'BatchPeekMessage' },
  { action: 'BatchReceiveMessage' },
  { action: 'BatchDeleteMessage', received: [1, 2] },
  { action: 'DeleteQueue' },
];
