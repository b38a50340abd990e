import type { StreamRef } from '../../schemas/generated/VideoState.ts';
import { type PolicyRule, readPolicies } from '../../schemas/policies.ts';
import { comparePrecision, compilePattern, type Pattern } from './pattern.ts';
import { type Recorded, recordedFor } from './recorded.ts';
import { type Resolved, resolved } from './resolve.ts';
import { StreamMap } from './stream-map.ts';

/** What holds for one stream: a rule of the configuration with its name, and what it leaves to `recording:` filled in. */
export type Policy = Resolved & {
  /** `policies[2] play.example.com/live/match-*`, or `default`. Stamped into the job ledger. */
  readonly name: string;
};

export type PolicyBook = {
  /** The policy of the stream: the most precise rule that matches, else everything `cloud`. Same answer every time. */
  policyFor(stream: StreamRef): Policy;
  /** All rules that match the stream, the winner first, and in words why it won. */
  explain(stream: StreamRef): PolicyExplanation;
  /** The more precise first, each as it holds for a stream that `recording:` doesn't name. */
  readonly rules: readonly Policy[];
  /** Of a video whose stream isn't known yet: the default, with an audit to wait for where any rule has one. */
  readonly unknownStream: Policy;
};

export type PolicyExplanation = {
  readonly policy: Policy;
  readonly why: string;
  /** Names of the other rules that match, the more precise first; `default` closes the list. */
  readonly passedOver: readonly string[];
  /** Where each of these values comes from. */
  readonly origins: ReturnType<typeof resolved>['origins'];
  /** Containers that each cycle is recorded to; empty where the cloud's default holds. */
  readonly formats: readonly string[];
};

type NamedRule = Omit<PolicyRule, 'match'> & { readonly name: string };
type Entry = { readonly rule: NamedRule; readonly domain: Pattern; readonly app: Pattern; readonly stream: Pattern };

const mostKnown = 10_000;

const defaultRule: NamedRule = namedDefault();

/** What a stream gets that neither a rule nor `recording:` names. */
export const defaultPolicy: Policy = resolved(defaultRule, undefined).policy;

/**
 * Makes the book from validated rules (`readPolicies`), and from what the cloud was told to record, which fills in what
 * a rule leaves open. Which rule wins: the more precise domain pattern; on a tie the more precise app pattern, then the
 * stream pattern (`comparePrecision`), then the rule that stands first.
 */
export function policyBook(rules: readonly PolicyRule[], recorded: readonly Recorded[] = []): PolicyBook {
  const entries = rules.map(entryOf).sort(morePrecise);
  // A stream is asked for several times per event; its names come from the users of a platform, so memory is bounded.
  const known = new StreamMap<Policy>(mostKnown);

  function matching(stream: StreamRef): readonly Entry[] {
    return entries.filter((entry) => covers(entry, stream));
  }

  return {
    rules: entries.map(({ rule }) => resolved(rule, undefined).policy),
    unknownStream: unknownStreamOf(rules),
    policyFor(stream) {
      const found = known.get(stream);
      if (found !== undefined) return found;
      const rule = entries.find((entry) => covers(entry, stream))?.rule;
      const told = recordedFor(stream, recorded);
      const policy = rule || told ? resolved(rule ?? defaultRule, told).policy : defaultPolicy;
      known.add(stream, policy);
      return policy;
    },
    explain(stream) {
      const [winner, next] = matching(stream);
      const names = [...matching(stream).map(({ rule }) => rule.name), defaultRule.name];
      const { policy, ...told } = resolved(winner?.rule ?? defaultRule, recordedFor(stream, recorded));
      if (!winner)
        return { policy, why: 'no rule matches, so everything is left to the cloud', passedOver: [], ...told };
      const why = next === undefined ? 'the only rule that matches' : whyBefore(winner, next);
      return { policy, why, passedOver: names.slice(1), ...told };
    },
  };
}

function entryOf({ match, ...rest }: PolicyRule, index: number): Entry {
  const name = `policies[${index}] ${match.domain}/${match.app}/${match.stream}`;
  return {
    rule: { ...rest, name },
    domain: compilePattern(match.domain),
    app: compilePattern(match.app),
    stream: compilePattern(match.stream),
  };
}

function covers(entry: Entry, stream: StreamRef): boolean {
  return (
    entry.domain.matches(stream.domainName) &&
    entry.app.matches(stream.appName) &&
    entry.stream.matches(stream.streamName)
  );
}

function morePrecise(a: Entry, b: Entry): number {
  return comparePrecision(a.domain, b.domain) || comparePrecision(a.app, b.app) || comparePrecision(a.stream, b.stream);
}

function whyBefore(winner: Entry, next: Entry): string {
  for (const part of ['domain', 'app', 'stream'] as const)
    if (comparePrecision(winner[part], next[part]) !== 0)
      return `its ${part} pattern ${winner[part].text} is more precise than ${next[part].text} of ${next.rule.name}`;
  return `it stands before ${next.rule.name}, which is as precise`;
}

function unknownStreamOf(rules: readonly PolicyRule[]): Policy {
  const audit = rules
    .flatMap(({ segments, composed }) => [segments, composed])
    .map(({ beforeTranscode }) => beforeTranscode?.audit)
    .find((one) => one !== undefined);
  if (audit === undefined) return defaultPolicy;
  return { ...defaultPolicy, segments: { ...defaultPolicy.segments, beforeTranscode: { audit } } };
}

function namedDefault(): NamedRule {
  const read = readPolicies([{}]);
  const rule = read.ok ? read.rules[0] : undefined;
  if (!rule) throw new Error('the default policy does not pass its own schema');
  const { match: _, ...rest } = rule;
  return { ...rest, name: 'default' };
}
