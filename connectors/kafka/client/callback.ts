import { kafkaFault } from './fault.ts';

/** Awaits one of the native client's callback functions; a failure rejects with a `KafkaFault` that says what was tried. */
export function awaitCallback<T>(
  doing: string,
  call: (done: (error: unknown, value?: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    try {
      call((error, value) => {
        if (error) reject(kafkaFault(doing, error));
        else resolve(value as T);
      });
    } catch (error) {
      reject(kafkaFault(doing, error));
    }
  });
}
