/** `./live2vod test --mutation [PATH]`: what this prints is the result, and its exit status says whether it is enough. */
import { parseArgs } from 'node:util';
import { runLane } from './lane.ts';
import { rowOf, rowsOf, shareKilled, survivorsOf, tableOf } from './report.ts';

const least = 0.9;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const path = positionals[0] ?? 'processors';
const startedMs = performance.now();
const { results, staleEquivalents } = await runLane(path, values.quick ? 'quick' : 'full');
const total = rowOf('all', results);

const survivors = survivorsOf(results);
if (survivors.length > 0) console.log(`Mutants that no test tells from the code:\n\n${survivors.join('\n')}\n`);
for (const one of staleEquivalents) console.log(`listed as equivalent, but not there any more: ${one}`);
const wronglyListed = results.filter(
  ({ equivalent, outcome }) => equivalent && (outcome === 'killed' || outcome === 'endless'),
);
for (const { mutant, by } of wronglyListed)
  console.log(
    `listed as equivalent, but ${by ?? 'a test'} tells it apart: ${mutant.file}:${mutant.line} ${mutant.from} → ${mutant.to}`,
  );
console.log(tableOf([...rowsOf(results), total]));
console.log(
  `\n${(shareKilled(total) * 100).toFixed(1)} % killed in ${Math.round((performance.now() - startedMs) / 1000)} s`,
);

if (shareKilled(total) < least || wronglyListed.length > 0 || staleEquivalents.length > 0) process.exitCode = 1;
