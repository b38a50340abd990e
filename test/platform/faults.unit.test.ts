import { describe, expect, it } from 'vitest';
import { RegistryFault } from '../../connectors/avro/index.ts';
import { ClickhouseFault } from '../../connectors/clickhouse/index.ts';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { MnsFault } from '../../connectors/mns/index.ts';
import { CloudFault } from '../../connectors/vod/index.ts';
import { StackError } from '../../local/index.ts';
import { exitCode, exitCodeOf } from '../../platform/exit-code.ts';
import { Fault, isDenied, isRetryable } from '../../platform/faults.ts';
import { ProcessorFault } from '../../runtime/index.ts';
import { StoreFault } from '../../runtime/store/store-fault.ts';
import { ViewFault } from '../../services/console/fault.ts';
import { IngressFault } from '../../services/intake/http/index.ts';

const cause = new Error('why');
const call = { code: 'C', action: 'A', message: 'm' };

describe('a fault', () => {
  // "Is this retryable?" was asked of four classes by three rules; what one of them said of itself another overlooked.
  it.each<[string, Fault, { retryable: boolean; denied: boolean }]>([
    ['KafkaFault', new KafkaFault('m', { code: 'C', retryable: true, cause }), { retryable: true, denied: false }],
    ['KafkaFault', new KafkaFault('m', { code: 'C', denied: true, cause }), { retryable: false, denied: true }],
    ['RegistryFault', new RegistryFault('C', 'm', { retryable: true, cause }), { retryable: true, denied: false }],
    ['ClickhouseFault', new ClickhouseFault('C', 'm', { denied: true, cause }), { retryable: false, denied: true }],
    ['MnsFault', new MnsFault('C', 'm', { retryable: true, cause }), { retryable: true, denied: false }],
    ['CloudFault', new CloudFault({ ...call, kind: 'lagging' }), { retryable: true, denied: false }],
    ['CloudFault', new CloudFault({ ...call, kind: 'ambiguous' }), { retryable: false, denied: false }],
    ['ProcessorFault', new ProcessorFault('BUDGET_SPENT', 'm', cause), { retryable: true, denied: false }],
    ['ProcessorFault', new ProcessorFault('DENIED', 'm', cause), { retryable: false, denied: true }],
    ['StoreFault', new StoreFault('DISK_FULL', 'f', 'm', cause), { retryable: false, denied: false }],
    ['IngressFault', new IngressFault('KAFKA_AWAY', 'm', { retryable: true }), { retryable: true, denied: false }],
    ['StackError', new StackError('START_TIMEOUT', 'm', { retryable: true }), { retryable: true, denied: false }],
    ['ViewFault', new ViewFault('m'), { retryable: true, denied: false }],
  ])('%s says of itself whether waiting helps and whether a person must', (name, fault, said) => {
    expect({ retryable: isRetryable(fault), denied: isDenied(fault) }).toEqual(said);
    expect(fault).toBeInstanceOf(Fault);
    expect([fault.name, fault.code.length > 0]).toEqual([name, true]);
  });

  it('is none where another library names its fields alike', () => {
    const stranger = Object.assign(new Error('credentials'), { retryable: true, denied: true, code: 'C' });
    expect([isRetryable(stranger), isDenied(stranger)]).toEqual([false, false]);
  });
});

describe('what a process ends with', () => {
  const otherwise = exitCode.unavailable;
  it.each<[unknown, { wasReady?: boolean }, number]>([
    [new KafkaFault('m', { code: 'C', denied: true }), {}, exitCode.configuration],
    [new KafkaFault('m', { code: 'C', denied: true }), { wasReady: true }, exitCode.unavailable],
    [new KafkaFault('m', { code: 'C', retryable: true }), {}, exitCode.unavailable],
    [new KafkaFault('m', { code: 'KAFKA_UNREADABLE_BATCH' }), {}, exitCode.data],
    [new ProcessorFault('NEWER_RELEASE', 'm'), { wasReady: true }, exitCode.configuration],
    [new ProcessorFault('DEFECT', 'm'), {}, exitCode.invariant],
    [new Fault('m', { code: 'toString' }), {}, exitCode.unavailable],
    [new Error('m'), {}, exitCode.failed],
    ['thrown text', {}, exitCode.failed],
  ])('%s (%j) is said by %i', (error, life, code) => {
    expect(exitCodeOf(error, { ...life, otherwise })).toBe(code);
  });

  it('is what the caller says where nothing is known of a fault', () => {
    expect(exitCodeOf(new Fault('m', { code: 'C' }), { otherwise: exitCode.failed })).toBe(exitCode.failed);
  });
});
