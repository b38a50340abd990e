package live2vod.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import live2vod.peer.Model.Entry;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.FactKind;
import live2vod.peer.Model.Rendition;
import live2vod.peer.Model.RenditionStatus;

/** The renditions of a video, from the facts of its transcode events. */
final class Outputs {
  private Outputs() {}

  /** A rendition with what the status derives from but the state doesn't show. */
  static final class Output {
    Rendition rendition;
    long time;
    /** Position in the timeline of the TranscodeComplete that lists it; -1 while none does. */
    int round;

    Output(Rendition rendition, long time, int round) {
      this.rendition = rendition;
      this.time = time;
      this.round = round;
    }
  }

  static List<Output> of(List<Entry> timeline, List<Fact> facts) {
    Map<String, Output> outputs = new LinkedHashMap<>();
    add(outputs, timeline, facts, FactKind.STREAM_TRANSCODED);
    add(outputs, timeline, facts, FactKind.TRANSCODED);
    if (outputs.isEmpty()) return List.of();
    List<Output> list = nameless(outputs);
    list.sort(Outputs::byAge);
    markSuperseded(list);
    return list;
  }

  private static void add(Map<String, Output> outputs, List<Entry> timeline, List<Fact> facts, FactKind sayer) {
    for (int i = 0; i < facts.size(); i += 1) {
      Fact fact = facts.get(i);
      if (fact.kind() != sayer) continue;
      long time = timeline.get(i).eventTime();
      int round = sayer == FactKind.TRANSCODED ? i : -1;
      for (Rendition rendition : fact.outputs()) {
        String key = rendition.jobId() == null ? label(rendition) : rendition.jobId();
        Output known = outputs.get(key);
        if (known == null) {
          outputs.put(key, new Output(rendition, time, round));
          continue;
        }
        known.rendition = merged(known.rendition, rendition);
        if (time < known.time) known.time = time;
        if (known.round < 0) known.round = round;
      }
    }
  }

  /** Without the outputs that have no JobId where one of the same label has: they are the same thing, told less exactly. */
  private static List<Output> nameless(Map<String, Output> outputs) {
    List<Output> list = new ArrayList<>(outputs.values());
    List<Output> named = new ArrayList<>(list);
    named.removeIf(output -> output.rendition.jobId() == null);
    if (named.size() == list.size()) return list;
    list.removeIf(
        output -> {
          if (output.rendition.jobId() != null) return false;
          boolean same = false;
          for (Output other : named) {
            if (!label(other.rendition).equals(label(output.rendition))) continue;
            same = true;
            if (other.round < 0) other.round = output.round;
          }
          return same;
        });
    return list;
  }

  private static Rendition merged(Rendition a, Rendition b) {
    return new Rendition(
        a.jobId(), first(a.definition(), b.definition()), first(a.format(), b.format()), a.status(),
        first(a.fileUrl(), b.fileUrl()), first(a.bitrateKbps(), b.bitrateKbps()), first(a.fps(), b.fps()),
        first(a.width(), b.width()), first(a.height(), b.height()),
        first(a.durationSeconds(), b.durationSeconds()), first(a.sizeBytes(), b.sizeBytes()),
        first(a.encrypted(), b.encrypted()), first(a.startTime(), b.startTime()),
        first(a.finishTime(), b.finishTime()), first(a.errorCode(), b.errorCode()),
        first(a.errorMessage(), b.errorMessage()), false);
  }

  private static <T> T first(T a, T b) {
    return a == null ? b : a;
  }

  private static String label(Rendition rendition) {
    return Callback.text(rendition.definition()) + "/" + Callback.text(rendition.format());
  }

  private static int byAge(Output a, Output b) {
    int order = Long.compare(a.time, b.time);
    if (order == 0) order = Callback.text(a.rendition.jobId()).compareTo(Callback.text(b.rendition.jobId()));
    return order != 0 ? order : label(a.rendition).compareTo(label(b.rendition));
  }

  /** An output gives way to a later one of the same definition and format. */
  private static void markSuperseded(List<Output> outputs) {
    for (int i = outputs.size() - 2; i >= 0; i -= 1) {
      Output older = outputs.get(i);
      if (older.rendition.definition() == null) continue;
      for (int j = i + 1; j < outputs.size(); j += 1) {
        Output newer = outputs.get(j);
        if (newer.rendition.status() == RenditionStatus.SUBMITTED) continue;
        if (!Objects.equals(newer.rendition.definition(), older.rendition.definition())) continue;
        if (!Objects.equals(newer.rendition.format(), older.rendition.format())) continue;
        if (older.round >= 0 && older.round == newer.round) continue;
        if (newer.rendition.status() == RenditionStatus.FAIL && older.rendition.status() != RenditionStatus.FAIL)
          continue;
        older.rendition = older.rendition.superseded(true);
        break;
      }
    }
  }
}
