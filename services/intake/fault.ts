import { Fault } from '../../platform/faults.ts';

/** Why a callback could not be made durable, or why the ingress could not start. */
export type IngressFaultCode =
  /** The spool holds as much as it may and Kafka takes nothing. */
  | 'SPOOL_FULL'
  /** The spool's disk refused a write or a read. */
  | 'SPOOL_BROKEN'
  /** The spool holds callbacks that were acknowledged for another prefix or cluster. */
  | 'SPOOL_OF_OTHERS'
  /** Kafka has no connection yet, or lost it. */
  | 'KAFKA_AWAY'
  /** The cluster refuses us, and has never let us in. */
  | 'KAFKA_REFUSED'
  /** Neither Kafka nor the spool answered in time. */
  | 'ANSWER_OVERDUE'
  /** More callbacks are waiting for durability than memory is set aside for. */
  | 'OVERLOADED'
  | 'PORT_TAKEN'
  | 'BAD_ENDPOINT';

/** An error of the ingress. The message names what is at fault and what to do, never a key or a payload. */
export class IngressFault extends Fault<IngressFaultCode> {
  override readonly name = 'IngressFault';

  constructor(code: IngressFaultCode, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { code, ...options });
  }
}
