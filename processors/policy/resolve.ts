/** One source for what both a rule and `recording:` may say: cycle, disconnect delay, and whether the cloud composes. */
import type { PolicyRule } from '../../schemas/policies.ts';
import type { Recorded } from './recorded.ts';

/** Who said a value, in words: `policies[0] …`, `recording.configs[0]`, or the default. */
export type Origin = string;

type Rule = Omit<PolicyRule, 'match'> & { readonly name: string };

/** A rule with nothing left open. */
export type Resolved = Omit<Rule, 'recording' | 'composed'> & {
  readonly recording: {
    readonly cycleSeconds: number;
    /** The cloud was told; else the rule supposes it, or it is the cloud's default, and may be another. */
    readonly cycleTold: boolean;
    readonly disconnectDelaySeconds: number;
    readonly graceSeconds: number;
  };
  readonly composed: Rule['composed'] & { readonly compose: 'cloud' | 'pipeline' | 'none' };
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
  const policy: Resolved = {
    ...rule,
    recording: {
      cycleSeconds: cycle ?? cloudDefaults.cycleSeconds,
      cycleTold: told !== undefined,
      disconnectDelaySeconds: delay ?? cloudDefaults.disconnectDelaySeconds,
      graceSeconds: recording.graceSeconds,
    },
    composed: { ...composed, compose: said ?? (told?.composes === true ? 'cloud' : 'none') },
  };
  const from = (byRule: unknown, otherwise: string): Origin =>
    byRule !== undefined ? rule.name : (told?.path ?? otherwise);
  const origins = {
    cycleSeconds: from(recording.cycleSeconds, "the cloud's default; learnt from the recordings where they differ"),
    disconnectDelaySeconds: from(recording.disconnectDelaySeconds, "the cloud's default"),
    compose: from(said, 'the default: nobody'),
    format: told !== undefined && told.formats.length > 0 ? told.path : "the cloud's default",
  };
  return { policy, origins, formats: told?.formats ?? [] };
}
