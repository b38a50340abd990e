import { type MnsQueueOptions, mnsClient, mnsFault } from './mns-queue.ts';

/** What is asked of a queue before anything is expected of it. Rejections are `MnsFault`s. */
export type QueueProbe = {
  /** Resolves where the queue exists; `QueueNotExist` else (GetQueueAttributes). */
  look(): Promise<void>;
  /** Puts a message into the queue, as it is written (SendMessage). */
  send(body: string): Promise<void>;
};

/** Asks as the role that reads the queue does: by the same client, at the same endpoint (cloud facts 2.2.7). */
export function queueProbe(options: MnsQueueOptions): QueueProbe {
  const { queue } = options;
  const client = mnsClient(options);
  return {
    look: async () => {
      await client.getQueueAttributes(queue).catch((error: unknown) => {
        throw mnsFault(`look at queue ${queue}`, error);
      });
    },
    send: async (body) => {
      await client.sendMessage(queue, { MessageBody: escaped(body) }).catch((error: unknown) => {
        throw mnsFault(`send to queue ${queue}`, error);
      });
    },
  };
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The client puts a value into its XML as it is. */
const escaped = (text: string): string => text.replace(/[&<>]/g, (character) => entities[character] ?? character);
