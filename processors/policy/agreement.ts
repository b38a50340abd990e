/** Whether the rules and what the cloud was told to record say the same, and what the cloud would do. */
import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import type { PolicyProblem, PolicyRule } from '../../schemas/policies.ts';
import { policyBook } from './book.ts';
import { type Recorded, recordedFor, type Told } from './recorded.ts';

/**
 * Every rule that says another cycle, delay, composing or transcoding than the cloud was told for a stream that both hold
 * for. One that a more precise rule or configuration always outdoes contradicts nothing.
 */
export function contradictions(rules: readonly PolicyRule[], recorded: readonly Recorded[]): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const book = policyBook(rules);
  const wins = (index: number, stream: StreamRef) => book.policyFor(stream).name.startsWith(`policies[${index}] `);
  for (const [index, rule] of rules.entries())
    for (const told of recorded) {
      const stream = commonStream(rule, told);
      if (!wins(index, stream) || recordedFor(stream, recorded) !== told) continue;
      problems.push(...differences(rule, told, `policies[${index}]`));
    }
  return problems;
}

/**
 * Every rule by which we compose segments that are stored only: the cloud composes what it shows as Normal (cloud facts
 * 3.3.4), and these never are.
 */
export function unworkable(rules: readonly PolicyRule[], recorded: readonly Recorded[]): readonly PolicyProblem[] {
  const book = policyBook(rules, recorded);
  const anything = { domain: '*', app: '*', stream: '*' };
  return rules.flatMap((rule, index) => {
    const path = `policies[${index}]`;
    const streams = [anything, ...recorded].map((told) => commonStream(rule, told));
    const stored = streams.find((stream) => {
      const { name, segments, composed } = book.policyFor(stream);
      const weCompose = composed.compose === 'pipeline' || composed.takeOverAfterSeconds !== undefined;
      return name.startsWith(`${path} `) && weCompose && segments.transcode === 'none' && !segments.sourcePlays;
    });
    if (stored === undefined) return [];
    const told = recordedFor(stored, recorded);
    const key = rule.composed.takeOverAfterSeconds === undefined ? 'compose' : 'takeOverAfterSeconds';
    const why = `the segments are stored only${told === undefined ? '' : ` (${told.path}.segments)`}`;
    const remedy =
      'the cloud composes what plays: have them transcoded, or say segments.sourcePlays: true where they do';
    return [{ path: `${path}.composed.${key}`, problem: `${rule.composed[key]}, but ${why}, and ${remedy}` }];
  });
}

function differences({ recording, segments, composed }: PolicyRule, told: Recorded, path: string): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  for (const name of ['cycleSeconds', 'disconnectDelaySeconds'] as const) {
    const said = recording[name];
    if (said !== undefined && said !== told[name])
      problems.push({
        path: `${path}.recording.${name}`,
        problem: `${said}, but ${told.path} tells the cloud ${told[name]}: say it there alone, or the same`,
      });
  }
  const { compose, takeOverAfterSeconds } = composed;
  const said = compose ?? (takeOverAfterSeconds === undefined ? undefined : 'cloud');
  if (said !== undefined && (said === 'cloud') !== told.composes)
    problems.push({
      path: `${path}.composed.${compose === undefined ? 'takeOverAfterSeconds' : 'compose'}`,
      problem: `${said}, but ${told.path} tells the cloud ${told.composes ? 'to compose' : 'not to compose'}`,
    });
  problems.push(...ofTranscoding(segments, told.segments, `${path}.segments`, `${told.path}.segments`));
  if (told.composed !== null)
    problems.push(...ofTranscoding(composed, told.composed, `${path}.composed`, `${told.path}.composed`));
  return problems;
}

/** Where the cloud transcodes, we or a person may all the same: then there is more to play. */
function ofTranscoding(
  { transcode, sourcePlays }: PolicyRule['segments'],
  told: Told,
  path: string,
  toldPath: string,
): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const transcodes = told === 'transcoded';
  if ((transcode === 'cloud' && !transcodes) || (transcode === 'none' && transcodes))
    problems.push({
      path: `${path}.transcode`,
      problem: `${transcode}, but ${toldPath} tells the cloud to transcode ${transcodes ? 'it by a group' : 'nothing'}`,
    });
  if (sourcePlays === false && told === 'played')
    problems.push({
      path: `${path}.sourcePlays`,
      problem: `false, but ${toldPath} tells the cloud to distribute the source as it is`,
    });
  return problems;
}

/** A stream that both hold for, where any is, with names that no more precise rule or configuration is likely to have. */
function commonStream({ match }: PolicyRule, told: Pick<Recorded, 'domain' | 'app' | 'stream'>): StreamRef {
  return {
    domainName: commonName(match.domain, told.domain),
    appName: commonName(match.app, told.app),
    streamName: commonName(match.stream, told.stream),
  };
}

function commonName(pattern: string, name: string): string {
  return name === '*' ? pattern.replaceAll('*', '\uFFFD').replaceAll('?', '\uFFFD') : name;
}
