/** HTTP: authentic callbacks become durable records; a 200 means durable. */
export { type Admission, admit, type Origin } from '../admission.ts';
export { IngressFault, type IngressFaultCode } from '../fault.ts';
export { connectPublisher, defaultLingerMs, type KafkaPublisher } from '../kafka-publisher.ts';
export type { OutgoingRecord, Publisher } from '../record.ts';
export { tracedPublisher } from '../traced-publisher.ts';
export { buildIngress, type IngressOptions } from './app.ts';
export { checkBody, checkHeader } from './check.ts';
export type { CallbackEndpoint } from './endpoint.ts';
export { defaultLimits, type IngressLimits } from './limits.ts';
export { pathsOfUrl, plainPath } from './path.ts';
export { type RunIngressOptions, runIngress } from './server.ts';
export { headerNames, signatureOf, signedText } from './signature.ts';
