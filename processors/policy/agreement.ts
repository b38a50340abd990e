/** Whether the rules and what the cloud was told to record say the same, and what the cloud would do. */
import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import type { PolicyProblem, PolicyRule } from '../../schemas/policies.ts';
import { type Policy, policyBook } from './book.ts';
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
      const policy = book.policyFor(stream);
      const { composed } = policy;
      const weCompose = composed.compose === 'pipeline' || composed.takeOverAfterSeconds !== undefined;
      return policy.name.startsWith(`${path} `) && weCompose && storedIn(policy) !== null;
    });
    if (stored === undefined) return [];
    const told = recordedFor(stored, recorded);
    const key = rule.composed.takeOverAfterSeconds === undefined ? 'compose' : 'takeOverAfterSeconds';
    const format = told?.formats.find((one) => one.format === storedIn(book.policyFor(stored)));
    const where = format?.path ?? (told === undefined ? null : `${told.path}.segments`);
    const why = `the segments are stored only${where === null ? '' : ` (${where})`}`;
    const remedy =
      'the cloud composes what plays: have them transcoded, or say segments.sourcePlays: true where they do';
    return [{ path: `${path}.composed.${key}`, problem: `${rule.composed[key]}, but ${why}, and ${remedy}` }];
  });
}

/** A container whose recordings are stored only, `` where all are; null where none is. Any may be what a cycle is composed of. */
function storedIn({ segments, formats }: Policy): string | null {
  const isStored = ({ transcode, sourcePlays }: Policy['segments']) => transcode === 'none' && !sourcePlays;
  const [format] = Object.entries(formats).find(([, one]) => isStored({ ...segments, ...one.segments })) ?? [];
  return format ?? (isStored(segments) ? '' : null);
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
  const { segments: ofSegments, composed: ofComposed } = told;
  const plain = { segments: ofSegments, composed: ofComposed };
  for (const one of told.formats.length > 0 ? told.formats : [plain]) {
    const toldPath = (part: string) => ('path' in one ? one.path : `${told.path}.${part}`);
    problems.push(...ofTranscoding(segments, one.segments, `${path}.segments`, toldPath('segments')));
    if (one.composed === null) continue;
    problems.push(...ofTranscoding(composed, one.composed, `${path}.composed`, toldPath('composed')));
    if (takeOverAfterSeconds !== undefined && typeof one.composed === 'object')
      problems.push({
        path: `${path}.composed.takeOverAfterSeconds`,
        problem: `${takeOverAfterSeconds}, but ${toldPath('composed')} has the cloud run workflow ${one.composed.workflowId} over what it composes, and it runs none over what we compose: name a template group there, or leave that out`,
      });
  }
  return problems;
}

/**
 * Where the cloud transcodes, we or a person may all the same: then there is more to play. Not over a workflow: what else that
 * does is unknown here, and the entry of the ledger that would tell of it would be another's.
 */
function ofTranscoding(
  { transcode, sourcePlays }: PolicyRule['segments'],
  told: Told,
  path: string,
  toldPath: string,
): PolicyProblem[] {
  if (typeof told === 'object') {
    if (transcode === undefined || transcode === 'cloud') return [];
    const runs = `${toldPath} has the cloud run workflow ${told.workflowId} over it`;
    return [{ path: `${path}.transcode`, problem: `${transcode}, but ${runs}: leave it out, or say cloud` }];
  }
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
