package live2vod.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import live2vod.peer.Model.StreamRef;

/** Who transcodes the videos of a stream: the first rule whose pattern matches the stream's name. */
final class Policies {
  record Policy(String name, boolean pipeline, String templateGroupId, Integer priority, long maxActAgeMs) {}

  private record Rule(Pattern stream, Policy policy) {}

  private final List<Rule> rules = new ArrayList<>();
  private final Map<String, Policy> known = new HashMap<>();

  /** `policies` rules, the more precise first: `policy.<n>.name`, `.stream`, `.transcode`, `.templateGroupId`, `.priority`, `.maxActAgeSeconds`. */
  Policies(Properties settings) {
    int count = Integer.parseInt(settings.getProperty("policies", "0"));
    for (int i = 0; i < count; i += 1) {
      String at = "policy." + i + ".";
      String pattern = settings.getProperty(at + "stream").replace(".", "\\.").replace("*", ".*").replace("?", ".");
      String priority = settings.getProperty(at + "priority");
      rules.add(
          new Rule(
              Pattern.compile(pattern),
              new Policy(
                  settings.getProperty(at + "name"),
                  settings.getProperty(at + "transcode").equals("pipeline"),
                  settings.getProperty(at + "templateGroupId"),
                  priority == null ? null : Integer.valueOf(priority),
                  Long.parseLong(settings.getProperty(at + "maxActAgeSeconds")) * 1000)));
    }
  }

  /** Null where no rule matches. */
  Policy of(StreamRef stream) {
    return known.computeIfAbsent(
        stream.streamName(),
        name -> {
          for (Rule rule : rules) if (rule.stream.matcher(name).matches()) return rule.policy;
          return null;
        });
  }
}
