package live2vod.peer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.Rendition;

/** What an event told about an output is stored as a reference to the rendition, where that says the same. */
final class Compaction {
  private Compaction() {}

  /** Fields that an event may leave out, in the order of their bits. */
  private static final List<Function<Rendition, Object>> OPTIONAL =
      List.of(
          Rendition::definition, Rendition::format, Rendition::fileUrl, Rendition::bitrateKbps, Rendition::fps,
          Rendition::width, Rendition::height, Rendition::durationSeconds, Rendition::sizeBytes, Rendition::encrypted,
          Rendition::startTime, Rendition::finishTime, Rendition::errorCode, Rendition::errorMessage);

  private static final int FIELD_BITS = 16;

  static Fact compact(Fact fact, List<Rendition> renditions) {
    if (fact.outputs().isEmpty() || renditions.isEmpty()) return fact;
    int[] listed = new int[fact.outputs().size()];
    int count = 0;
    List<Rendition> outputs = new ArrayList<>();
    for (Rendition output : fact.outputs()) {
      int reference = reference(output, renditions);
      if (reference < 0) outputs.add(output);
      else listed[count++] = reference;
    }
    return count == 0 ? fact : fact.with(outputs, Arrays.copyOf(listed, count));
  }

  static Fact expand(Fact fact, List<Rendition> renditions) {
    if (fact.listed().length == 0) return fact;
    List<Rendition> outputs = new ArrayList<>(fact.outputs());
    for (int reference : fact.listed()) outputs.add(onlyTold(renditions.get(reference >> FIELD_BITS), reference));
    outputs.sort(Callback.ORDER);
    return fact.with(outputs, new int[0]);
  }

  private static int reference(Rendition output, List<Rendition> renditions) {
    if (output.jobId() == null) return -1;
    for (int index = 0; index < renditions.size(); index += 1) {
      Rendition rendition = renditions.get(index);
      if (!output.jobId().equals(rendition.jobId())) continue;
      if (rendition.status() != output.status()) return -1;
      int told = 0;
      for (int bit = 0; bit < OPTIONAL.size(); bit += 1) {
        Object value = OPTIONAL.get(bit).apply(output);
        if (value == null) continue;
        if (!value.equals(OPTIONAL.get(bit).apply(rendition))) return -1;
        told |= 1 << bit;
      }
      return (index << FIELD_BITS) | told;
    }
    return -1;
  }

  private static Rendition onlyTold(Rendition r, int told) {
    return new Rendition(
        r.jobId(), on(told, 0, r.definition()), on(told, 1, r.format()), r.status(), on(told, 2, r.fileUrl()),
        on(told, 3, r.bitrateKbps()), on(told, 4, r.fps()), on(told, 5, r.width()), on(told, 6, r.height()),
        on(told, 7, r.durationSeconds()), on(told, 8, r.sizeBytes()), on(told, 9, r.encrypted()),
        on(told, 10, r.startTime()), on(told, 11, r.finishTime()), on(told, 12, r.errorCode()),
        on(told, 13, r.errorMessage()), false);
  }

  private static <T> T on(int told, int bit, T value) {
    return (told & (1 << bit)) == 0 ? null : value;
  }
}
