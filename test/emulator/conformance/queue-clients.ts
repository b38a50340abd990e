import MNS from '@alicloud/mns';
import type { Key } from './clients.ts';
import type { Outcome, Python } from './python.ts';

/** What an answer told, as far as the operation tells it. */
export type Told = {
  readonly md5s?: readonly string[];
  readonly bodies?: readonly string[];
  readonly handles?: readonly string[];
  readonly urls?: readonly string[];
  readonly loggingEnabled?: boolean;
  readonly createdSeconds?: number;
};

export type QueueOrder = {
  readonly url: string;
  readonly key: Key;
  readonly action: string;
  readonly queue: string;
  readonly bodies: readonly string[];
  readonly handles: readonly string[];
};
export type QueueClient = (order: QueueOrder) => Promise<Outcome<Told>>;

/** aliyun-mns-sdk, whose own checks refuse an answer that lacks something. */
export function pythonQueues(python: Python): QueueClient {
  return async (order) => {
    const outcome = await python.order<unknown>({ do: 'mns', ...order });
    return outcome.error ? { error: outcome.error } : { answer: toldByPython(order.action, outcome.answer) };
  };
}

type PythonMessage = {
  readonly message_body?: string;
  readonly message_body_md5?: string;
  readonly receipt_handle?: string;
};

function toldByPython(action: string, answer: unknown): Told {
  if (action === 'ListQueue') return { urls: (answer as [string[]])[0] };
  if (action === 'GetQueueAttributes') {
    const { create_time, logging_enabled } = answer as { create_time: number; logging_enabled: boolean };
    return { createdSeconds: create_time, loggingEnabled: logging_enabled };
  }
  if (typeof answer !== 'object' || answer === null) return {};
  const messages = (Array.isArray(answer) ? answer : [answer]) as PythonMessage[];
  return {
    md5s: messages.map((one) => one.message_body_md5 ?? ''),
    bodies: messages.map((one) => one.message_body ?? ''),
    handles: messages.map((one) => one.receipt_handle ?? ''),
  };
}

type Row = Readonly<Record<string, string>>;
type Answer = Promise<{ readonly body?: Row | readonly Row[] }>;
/** It has no types of its own. */
type NodeClient = Readonly<Record<string, (...given: readonly unknown[]) => Answer>>;

/** @alicloud/mns. It puts bodies into XML as they are. */
export const nodeQueues: QueueClient = async (order) => {
  const { url, key, action } = order;
  const made: unknown = new MNS('emulator', { endpoint: url, accessKeyId: key.id, accessKeySecret: key.secret });
  try {
    const given = argumentsOf(order);
    const client = made as NodeClient;
    const method = `${action[0]?.toLowerCase()}${action.slice(1)}`;
    const run = client[method];
    if (!run) throw new Error(`@alicloud/mns has no ${method}`);
    const { body } = await run.call(client, order.queue, ...given);
    return { answer: toldByNode([body ?? []].flat()) };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { code: /^MNS(\w+?)Error$/.exec(name)?.[1] ?? null, message } };
  }
};

function argumentsOf({ action, bodies, handles }: QueueOrder): unknown[] {
  const messages = bodies.map((MessageBody) => ({ MessageBody }));
  switch (action) {
    case 'SetQueueAttributes':
      return [{ LoggingEnabled: 'True' }];
    case 'SendMessage':
      return [messages[0]];
    case 'BatchSendMessage':
      return [messages];
    case 'ReceiveMessage':
      return [5];
    case 'BatchReceiveMessage':
      return [16, 5];
    case 'BatchPeekMessage':
      return [16];
    case 'DeleteMessage':
      return [handles[0]];
    case 'BatchDeleteMessage':
      return [handles];
    case 'ChangeMessageVisibility':
      return [handles[0], 60];
    case 'ListQueue':
      return [1, ''];
    default:
      return [];
  }
}

function toldByNode(rows: readonly Row[]): Told {
  const of = (name: string) => rows.flatMap((row) => row[name] ?? []);
  const [first] = rows;
  return {
    md5s: of('MessageBodyMD5'),
    bodies: of('MessageBody'),
    handles: of('ReceiptHandle'),
    urls: of('QueueURL'),
    loggingEnabled: first?.LoggingEnabled === 'True',
    createdSeconds: Number(first?.CreateTime),
  };
}
