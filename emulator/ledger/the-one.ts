/**
 * The one sentence that is true. Sentences are written apart from each other, so that none leans on the order of the
 * others; where not exactly one is true, the sentences are wrong, not the show.
 */
export function theOne<Name extends string, Fact>(
  sentences: Readonly<Record<Name, (fact: Fact) => boolean>>,
  fact: Fact,
): Name {
  const names = Object.keys(sentences) as Name[];
  const [name, ...others] = names.filter((one) => sentences[one](fact));
  if (name === undefined || others.length > 0)
    throw new Error(
      `${name === undefined ? 'nothing' : [name, ...others].join(' and ')} holds of ${JSON.stringify(fact)}`,
    );
  return name;
}
