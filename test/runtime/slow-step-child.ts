/**
 * A process whose steps of odd offsets never end, unless they ended an earlier life. Arguments: the file of the watch, how
 * long a step may take, milliseconds. Tells on stdout what became of offsets 0 to 3.
 */
import { StepWatch } from '../../runtime/index.ts';

const [file = '', limitMs = ''] = process.argv.slice(2);
const steps = new StepWatch({ topics: ['other', 'in'], file, limitMs: Number(limitMs) });
for (let offset = 0; offset < 4; offset += 1) {
  const at = { topic: 'in', partition: 2, offset };
  if (steps.wasTooSlow(at)) {
    console.log(`${offset} set aside`);
    continue;
  }
  steps.begin(at);
  while (offset % 2 === 1) Math.sqrt(offset);
  steps.end();
  console.log(`${offset} done`);
}
steps.passed('in', 2, 4);
await steps.close();
