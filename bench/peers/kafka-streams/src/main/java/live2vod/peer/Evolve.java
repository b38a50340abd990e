package live2vod.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import live2vod.peer.Model.Entry;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.Job;
import live2vod.peer.Model.VideoState;

/** Adds one event to the set of a video's events and derives the state anew from all of them. */
final class Evolve {
  private Evolve() {}

  /** The next state; null for a duplicate. */
  static VideoState evolve(VideoState before, Callback event) {
    List<Entry> timeline = before == null ? List.of() : before.timeline();
    List<Fact> facts = before == null ? List.of() : before.facts();
    for (int i = timeline.size() - 1; i >= 0; i -= 1) {
      if (!timeline.get(i).eventId().equals(event.entry().eventId())) continue;
      if (!sameCopy(timeline.get(i), facts.get(i), event))
        throw new UnsupportedOperationException("the benchmark sends no copies that contradict each other");
      return null;
    }
    int place = place(timeline, facts, event);
    timeline = inserted(timeline, place, event.entry());
    facts = inserted(facts, place, event.fact());
    List<Job> jobs = before == null ? List.of() : before.jobs();
    long revision = before == null ? 1 : before.revision() + 1;
    Boolean sourcePlays = before == null ? null : before.sourcePlays();
    return Summary.project(event.videoId(), timeline, facts, jobs, sourcePlays, revision);
  }

  private static boolean sameCopy(Entry entry, Fact fact, Callback copy) {
    Entry other = copy.entry();
    return entry.eventTime() == other.eventTime()
        && Objects.equals(entry.status(), other.status())
        && Objects.equals(entry.jobId(), other.jobId())
        && Objects.equals(entry.errorCode(), other.errorCode())
        && sameFact(fact, copy.fact());
  }

  /** But for the region, which the first copy supplies. */
  private static boolean sameFact(Fact a, Fact b) {
    return a.kind() == b.kind()
        && Objects.equals(a.stream(), b.stream())
        && Objects.equals(a.recording(), b.recording())
        && Objects.equals(a.fileUrl(), b.fileUrl())
        && Objects.equals(a.sizeBytes(), b.sizeBytes())
        && Objects.equals(a.errorMessage(), b.errorMessage())
        && a.outputs().equals(b.outputs());
  }

  /** By event time, causal rank (the order of the kinds), eventId; sought from the end, since events come nearly in order. */
  private static int place(List<Entry> timeline, List<Fact> facts, Callback event) {
    for (int i = timeline.size(); i > 0; i -= 1) {
      Entry before = timeline.get(i - 1);
      int order = Long.compare(before.eventTime(), event.entry().eventTime());
      if (order == 0) order = facts.get(i - 1).kind().compareTo(event.fact().kind());
      if (order == 0) order = before.eventId().compareTo(event.entry().eventId());
      if (order <= 0) return i;
    }
    return 0;
  }

  private static <T> List<T> inserted(List<T> list, int place, T item) {
    List<T> next = new ArrayList<>(list.size() + 1);
    next.addAll(list);
    next.add(place, item);
    return next;
  }
}
