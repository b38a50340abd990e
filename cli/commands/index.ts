/** Every subcommand. What a command needs beyond its options is loaded when it runs. */
import type { Command } from 'commander';
import { addBench } from './bench.ts';
import { addClip } from './clip.ts';
import { addDemo } from './demo.ts';
import { addDlq } from './dlq.ts';
import { addDoctor } from './doctor.ts';
import { addEmulate } from './emulate.ts';
import { addRecordConfig } from './record-config.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addSchemas } from './schemas.ts';
import { addStack } from './stack.ts';
import { addTest } from './test.ts';
import { addTopics } from './topics.ts';
import { addTranscode } from './transcode.ts';
import { addUp } from './up.ts';

export function addCommands(program: Command): void {
  addDemo(program);
  addUp(program);
  addRun(program);
  addStack(program);
  addTopics(program);
  addSchemas(program);
  addDoctor(program);
  addTranscode(program);
  addClip(program);
  addDlq(program);
  addReplay(program);
  addRecordConfig(program);
  addEmulate(program);
  addBench(program);
  addTest(program);
}
