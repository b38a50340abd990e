import type { Equivalent } from './equivalent.ts';

const callback = (file: string, within: string, why: string, changes: readonly (readonly [string, string])[]) =>
  changes.map(([from, to]): Equivalent => ({ file: `processors/callback/${file}`, within, from, to, why }));

export const inCallback: readonly Equivalent[] = [
  {
    file: 'processors/stream-key.ts',
    within: 'escaped',
    from: "name.includes(slash) || name.includes(percent) ? name.replaceAll(percent, '%25').replaceAll(slash, '%2F') : name",
    to: "name.replaceAll(percent, '%25').replaceAll(slash, '%2F')",
    why: 'Saves time for names without either, which stay as they are.',
  },
  ...callback('plausible.ts', 'withoutImplausible', 'Saves a copy where all can be true: it is the same.', [
    ['!outputs.every((output) => isPlausible(output, latest))', 'true'],
  ]),
  ...callback('json.ts', 'parseJson', 'Saves time: a reviver changes no other number.', [
    ['mayBeRounded(value, 0) && longNumber.test(text)', 'longNumber.test(text)'],
    ['mayBeRounded(value, 0) && longNumber.test(text)', 'mayBeRounded(value, 0)'],
  ]),
  ...callback('fields.ts', 'cut', 'Saves counting where no text can be too long: counted, it comes to the same.', [
    ['text.length * 3 <= limit', 'false'],
    ['text.length * 3 <= limit', 'text.length * 3 < limit'],
  ]),
  ...callback('parse.ts', 'parseCallback', 'The readers of fields throw nothing else.', [
    ['error instanceof Unusable', 'true'],
  ]),
  ...callback('subject.ts', 'subjectOf', 'The readers of fields throw nothing else.', [
    ['error instanceof Unusable', 'true'],
  ]),
  ...callback('subject-kind.ts', 'subjectToldBy', 'No MediaType is called either.', [["''", "'mutant'"]]),
  ...callback(
    'rendition.ts',
    'insert',
    'Only outputs that are alike compare as 0: which of them comes first shows nowhere.',
    [
      [
        'compareRenditions(sorted[middle] as Rendition, output) <= 0',
        'compareRenditions(sorted[middle] as Rendition, output) < 0',
      ],
    ],
  ),
  ...callback('rendition.ts', 'compareRenditions', 'Saves time for outputs that are alike, whose texts are the same.', [
    [
      'alike(a, b) ? 0 : compareText(JSON.stringify(a), JSON.stringify(b))',
      'compareText(JSON.stringify(a), JSON.stringify(b))',
    ],
    ['0', '(1)'],
    ['0', '(-1)'],
  ]),
  ...callback('rendition.ts', 'alike', 'Saves time for outputs that are alike, whose texts are the same.', [
    ['a[field as keyof Rendition] !== b[field as keyof Rendition]', 'true'],
    [
      'a[field as keyof Rendition] !== b[field as keyof Rendition]',
      'a[field as keyof Rendition] === b[field as keyof Rendition]',
    ],
    ['true', 'false'],
  ]),
];
