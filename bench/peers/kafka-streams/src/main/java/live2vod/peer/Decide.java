package live2vod.peer;

import java.util.List;
import live2vod.peer.Model.Decision;
import live2vod.peer.Model.Job;
import live2vod.peer.Model.JobState;
import live2vod.peer.Model.Kind;
import live2vod.peer.Model.Status;
import live2vod.peer.Model.VideoState;
import live2vod.peer.Policies.Policy;

/** The policy's one decision per video, as soon as it is recorded and its source is ready. */
final class Decide {
  private Decide() {}

  /** The ledger entry to add; null where there is nothing to decide. */
  static Job decide(VideoState state, Policies policies, long nowMs) {
    if (!state.jobs().isEmpty() || state.stream() == null || state.sourceReadyTime() == null) return null;
    if (state.kind() != Kind.SEGMENT || state.recordedTime() == null || state.status() == Status.FAILED) return null;
    Policy policy = policies.of(state.stream());
    if (policy == null) return null;
    long cause = Math.max(state.recordedTime(), state.sourceReadyTime());
    if (Math.abs(nowMs - cause) > policy.maxActAgeMs()) return null;
    String token = "l2v-" + Hash.of(List.of(state.videoId(), "SEGMENT", "0")).substring(0, 28);
    if (!policy.pipeline()) return new Job(token, Decision.CLOUD, JobState.DECIDED, null, null, policy.name(), nowMs, null);
    return new Job(
        token, Decision.PIPELINE, JobState.PLANNED, policy.templateGroupId(), policy.priority(), policy.name(), nowMs,
        nowMs);
  }
}
