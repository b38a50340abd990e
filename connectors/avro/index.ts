export { avroCodec, type Codec } from './codec.ts';
export { RegistryFault } from './fault.ts';
export { type BytesTaker, FieldReader } from './field-reader.ts';
export { type ListView, RecordView } from './record-view.ts';
export { connectRegistry, type Registry, type RegistryOptions } from './registry.ts';
export { writerSchemas } from './writer-schemas.ts';
export type { WriterSchemas } from './writers.ts';
