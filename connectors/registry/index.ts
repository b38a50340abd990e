export { avroCodec, type Codec, type WriterSchemas } from './codec.ts';
export { RegistryFault } from './fault.ts';
export { connectRegistry, type Registry, type RegistryOptions } from './registry.ts';
