/** Another ingress as far as spools go, started by fork with a folder: tells what slot it gets, or what it finds left behind. */

import { systemClock } from '../../../platform/host/index.ts';
import { openOwnSlot, orphanedSlots } from '../../../services/intake/spool/slots.ts';

export type SpoolQuestion = 'own' | 'orphans';
/** `own`: the folder of its slot. `orphans`: the keys of all records in slots that nobody owns. */
export type SpoolAnswer = readonly (string | null)[];

const [, , question, folder = ''] = process.argv;
const options = { folder, limitBytes: 1_000_000, clock: systemClock };
const answer: (string | null)[] = [];
if (question === 'own') {
  const spool = await openOwnSlot(options);
  answer.push(spool.folder);
  await spool.close();
} else {
  for await (const orphan of orphanedSlots(options)) {
    const found = await orphan.oldest({ records: 1_000, bytes: 1_000_000 });
    answer.push(...found.map(({ record }) => record.key));
    await orphan.close();
  }
}
process.send?.(answer);
process.disconnect();
