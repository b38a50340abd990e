import { StateStore } from '../../runtime/store/state-store.ts';
import { bytesOf, replacedOften } from './replaced-values.ts';

/** Replaces all values of the store in a folder, round after round from a given one, and tells each round that is written. */
const [folder = '', from = '1'] = process.argv.slice(2);
const store = await StateStore.open(folder);
const { keys } = replacedOften();
for (let round = Number(from); ; round += 1) {
  const changes = keys.map((key) => ({ key, bytes: bytesOf(key, round), dueAtMs: null }));
  await store.write(changes, null);
  process.send?.(round);
}
