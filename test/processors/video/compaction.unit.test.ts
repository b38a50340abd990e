/** How facts are stored: as references to what the state shows anyway, and as they were told where it shows otherwise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactFact, fullFact } from '../../../processors/video/compaction.ts';
import type { Rendition } from '../../../schemas/generated/VideoState.ts';
import { check } from '../../support/property.ts';
import { at, event, rendition, streamTranscoded, transcoded } from '../callbacks.ts';

const whole = (jobId: string): Rendition => {
  const times = { StartTime: at(1), FinishTime: at(2), ErrorCode: 'E.1', ErrorMessage: 'no' };
  const [one] = event(streamTranscoded(5, rendition(jobId, 'HD', times))).fact.outputs;
  if (one === undefined) throw new Error('one output');
  return one;
};
const shown = [whole('a'), { ...whole('b'), superseded: true }, whole('c')];
const { fact: base } = event(transcoded(5, []));
const optional = (Object.keys(whole('a')) as (keyof Rendition)[]).filter(
  (field) => !['jobId', 'status', 'superseded', 'audioOnly'].includes(field),
);
const told = (jobId: string, fields: readonly string[]): Rendition =>
  Object.fromEntries(
    Object.entries(whole(jobId)).map(([field, value]) => [
      field,
      optional.includes(field as never) && !fields.includes(field) ? null : value,
    ]),
  ) as Rendition;

describe('a stored fact', () => {
  it('is read as it was told, whatever its outputs left out', () => {
    const output = fc
      .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.subarray([...optional]), fc.boolean())
      .map(([jobId, fields, other]) => ({ ...told(jobId, fields), ...(other ? { height: 1 } : {}) }));
    const outputs = fc.uniqueArray(output, { selector: (one) => one.jobId ?? '', maxLength: 4 });
    check(
      'lossless',
      fc.property(outputs, (list) => {
        const sorted = list.toSorted((x, y) => ((x.jobId ?? '') < (y.jobId ?? '') ? -1 : 1));
        const stored = compactFact({ ...base, outputs: sorted }, shown);
        expect(fullFact(stored, shown)).toEqual({ ...base, outputs: sorted });
        const kept = sorted.filter(({ jobId, height }) => jobId === 'd' || height === 1);
        expect(stored.outputs).toEqual(kept);
        expect(stored.listed).toHaveLength(sorted.length - kept.length);
      }),
    );
  });

  it('is kept whole where it says otherwise whether there is a picture', () => {
    const output = { ...whole('a'), audioOnly: true };
    expect(compactFact({ ...base, outputs: [output] }, shown)).toMatchObject({ outputs: [output], listed: [] });
    expect(compactFact({ ...base, outputs: [output] }, [output])).toMatchObject({ outputs: [], listed: [0x3fff] });
  });

  // Position in the upper bits, told fields in the lower 16: states have stored it so.
  it('refers to a rendition by its place and the fields that were told', () => {
    const listed = (output: Rendition) => compactFact({ ...base, outputs: [output] }, shown).listed;
    expect(listed(told('a', []))).toEqual([0]);
    expect(listed(told('a', optional))).toEqual([0x3fff]);
    expect(listed(told('b', []))).toEqual([0x1_0000]);
    expect(listed(told('c', ['definition', 'errorMessage']))).toEqual([0x2_2001]);
  });

  it.each([8, 9, 40])('refers to each of %d renditions, also where one names no job', (count) => {
    const named = Array.from({ length: count - 1 }, (_, at) => whole(`job-${at}`));
    const renditions = [{ ...whole('a'), jobId: null }, ...named];
    const stored = compactFact({ ...base, outputs: named }, renditions);
    expect(stored.listed.map((reference) => reference >> 16)).toEqual(named.map((_, at) => at + 1));
    expect(compactFact({ ...base, outputs: [whole('b')] }, renditions).listed).toEqual([]);
  });

  it.each(optional)('holds an output whose %s is another than the one that is shown', (field) => {
    const outputs = [
      { ...told('a', [field]), [field]: field === 'encrypted' ? true : field.endsWith('e') ? 'x' : 7 },
    ] as Rendition[];
    expect(compactFact({ ...base, outputs }, shown)).toEqual({ ...base, outputs });
  });

  it('holds an output that names no job, or ended otherwise', () => {
    for (const other of [{ jobId: null }, { status: 'FAIL' as const }]) {
      const outputs = [{ ...whole('a'), ...other }];
      expect(compactFact({ ...base, outputs }, [{ ...whole('a'), jobId: null }, ...shown])).toEqual({
        ...base,
        outputs,
      });
    }
  });

  it('leaves out a reference to a rendition that is no more', () => {
    expect(fullFact({ ...base, listed: [0x3_0000, 0] }, shown).outputs).toEqual([told('a', [])]);
  });
});
