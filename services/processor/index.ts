export { type ProcessorServiceOptions, runProcessors, topicsRead, topicsWithCodec } from './run-processors.ts';
