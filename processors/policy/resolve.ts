/** One source for what both a rule and `recording:` may say: cycle, disconnect delay, who composes, who transcodes. */
import type { PolicyRule } from '../../schemas/policies.ts';
import type { Recorded, Told } from './recorded.ts';

/** Who said a value, in words: `policies[0] …`, `recording.configs[0]`, or the default. */
export type Origin = string;

type Rule = Omit<PolicyRule, 'match'> & { readonly name: string };
type Transcoder = NonNullable<PolicyRule['segments']['transcode']>;

/** Who transcodes, and whether the source plays without it. */
export type Transcoding = {
  readonly transcode: Transcoder;
  /** The source can be played as it is. */
  readonly sourcePlays: boolean;
  /** The workflow that the cloud runs over it by itself, as `recording:` has told it. */
  readonly cloudWorkflowId: string | null;
};

/** A rule with nothing left open. */
export type Resolved = Omit<Rule, 'recording' | 'segments' | 'composed'> & {
  readonly recording: {
    readonly cycleSeconds: number;
    /** The cloud was told; else the rule supposes it, or it is the cloud's default, and may be another. */
    readonly cycleTold: boolean;
    readonly disconnectDelaySeconds: number;
    readonly graceSeconds: number;
  };
  readonly segments: Rule['segments'] & Transcoding;
  readonly composed: Rule['composed'] &
    Transcoding & {
      readonly compose: 'cloud' | 'pipeline' | 'none';
      /** How many formats the cloud was told to compose; absent: nothing was said of formats. */
      readonly films?: number;
    };
  /** Of files in these containers, where `recording:` says something of each; what it is above holds for all others. */
  readonly formats: Readonly<Record<string, { readonly segments: Transcoding; readonly composed: Transcoding }>>;
};

/** CycleDuration and DelayTime where neither policy nor `recording:` says them (cloud facts 4.2, 4.3). */
const cloudDefaults = { cycleSeconds: 3600, disconnectDelaySeconds: 180 };

/**
 * What holds for a stream: what its rule says, else what the cloud was told, else the cloud's defaults. Composing by the
 * cloud is expected where a rule or `recording:` says so, and nowhere else.
 */
export function resolved(rule: Rule, told: Recorded | undefined) {
  const { recording, composed } = rule;
  const cycle = recording.cycleSeconds ?? told?.cycleSeconds;
  const delay = recording.disconnectDelaySeconds ?? told?.disconnectDelaySeconds;
  const said = composed.compose ?? (composed.takeOverAfterSeconds === undefined ? undefined : 'cloud');
  const compose = said ?? (told?.composes === true ? 'cloud' : 'none');
  const toldSegments = told?.segments ?? null;
  // What the cloud was told to make of a composed video is about those that it composes.
  const ofComposed = (said: Told | null) => (compose === 'cloud' ? said : null);
  const toldComposed = ofComposed(told?.composed ?? null);
  const formats = told?.formats ?? [];
  const films = formats.filter((one) => ofComposed(one.composed) !== null).length;
  const policy: Resolved = {
    ...rule,
    recording: {
      cycleSeconds: cycle ?? cloudDefaults.cycleSeconds,
      cycleTold: told !== undefined,
      disconnectDelaySeconds: delay ?? cloudDefaults.disconnectDelaySeconds,
      graceSeconds: recording.graceSeconds,
    },
    segments: { ...rule.segments, ...transcodingOf(rule.segments, toldSegments) },
    composed: { ...composed, ...transcodingOf(composed, toldComposed), compose, ...(films === 0 ? {} : { films }) },
    formats: Object.fromEntries(
      formats.map((one) => [
        one.format,
        {
          segments: transcodingOf(rule.segments, one.segments),
          composed: transcodingOf(composed, ofComposed(one.composed ?? toldComposed)),
        },
      ]),
    ),
  };
  const from = (byRule: unknown, otherwise: string, isTold = told !== undefined): Origin =>
    byRule !== undefined ? rule.name : isTold ? (told?.path ?? otherwise) : otherwise;
  const origins = {
    cycleSeconds: from(recording.cycleSeconds, "the cloud's default; learnt from the recordings where they differ"),
    disconnectDelaySeconds: from(recording.disconnectDelaySeconds, "the cloud's default"),
    compose: from(said, 'the default: nobody'),
    format: from(undefined, "the cloud's default", formats.length > 0),
    segments: from(rule.segments.transcode, 'the default: the cloud'),
    segmentsPlay: from(rule.segments.sourcePlays, followed, isLeft(toldSegments)),
    composed: from(composed.transcode, 'the default: the cloud', toldComposed !== null),
    composedPlay: from(composed.sourcePlays, followed, isLeft(toldComposed)),
  };
  return { policy, origins, formats: formats.map(({ format }) => format) };
}

/** What holds for a recording or a composed video in this container; null: which isn't known. */
export function partFor(policy: Resolved, kind: 'SEGMENT' | 'COMPOSED', format: string | null) {
  const part = kind === 'SEGMENT' ? 'segments' : 'composed';
  const own = format === null ? undefined : policy.formats[format]?.[part];
  return own === undefined ? policy[part] : { ...policy[part], ...own };
}

const followed = 'follows from who transcodes';

/** The cloud was told to transcode nothing. */
const isLeft = (told: Told | null): told is 'played' | 'stored' => told === 'played' || told === 'stored';

/** What the rule says, else what the cloud was told, else the cloud transcodes; what nobody transcodes plays as it is. */
function transcodingOf({ transcode, sourcePlays }: PolicyRule['segments'], told: Told | null): Transcoding {
  const who = transcode ?? (isLeft(told) ? 'none' : 'cloud');
  return {
    transcode: who,
    sourcePlays: sourcePlays ?? (isLeft(told) ? told === 'played' : who === 'none'),
    cloudWorkflowId: who === 'cloud' && typeof told === 'object' ? (told?.workflowId ?? null) : null,
  };
}
