/** What the user of the pipeline has said about the emulator's stories. */
import { type StoryName, stories, templateGroupIds } from '../../emulator/index.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';

type Rule = NonNullable<PoliciesInput>[number];

/**
 * Of `no-policy` and `long-show` nothing is said.
 * @param graceSeconds how long to wait for a recording that a whole cycle may follow. Where hours are played in seconds,
 *   longer than they take: by the wall clock each recording is long past when it is heard of
 */
export function storyPolicies(graceSeconds: number): Rule[] {
  const rule = (story: StoryName, more: Omit<Rule, 'match' | 'recording'>, said: Rule['recording'] = {}): Rule => {
    const { domainName, appName, cycleSeconds, disconnectDelaySeconds } = stories[story].profile;
    const recording = { cycleSeconds, disconnectDelaySeconds, graceSeconds, ...said };
    return { match: { domain: domainName, app: appName }, recording, ...more };
  };
  const ourJob = { transcode: 'pipeline' as const, templateGroupId: templateGroupIds.byHand };
  const byCloud = { composed: { compose: 'cloud' as const } };
  const byUs = { composed: { compose: 'pipeline' as const, ...ourJob } };
  return [
    rule('stop-and-re-push', byCloud),
    rule('film-failed', byCloud),
    rule('film-lost', byCloud),
    rule('two-containers', byCloud),
    rule('abroad', { segments: ourJob }),
    rule('at-home', { segments: ourJob }),
    rule('as-it-is', { segments: { transcode: 'none' } }),
    rule('own-cut', byUs),
    rule('own-cut-other-cycle', byUs, { cycleSeconds: undefined }),
    rule('own-cut-longer-cycle', byUs, { cycleSeconds: 600 }),
    rule('channel', {}),
  ];
}
