import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../emulator/api/catalogue.ts';
import { turned } from '../../emulator/knobs.ts';

const page = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');

test('the page for users names every knob with its default', () => {
  for (const [knob, value] of Object.entries(turned(null, {}))) {
    expect(page).toContain(`\`${knob}\``);
    if (typeof value === 'number' && value < 100_000) expect(page).toContain(String(value));
  }
});

test('and every operation', () => {
  for (const operation of Object.values(catalogue).flatMap((operations) => Object.keys(operations))) {
    expect(page).toContain(operation);
  }
});
