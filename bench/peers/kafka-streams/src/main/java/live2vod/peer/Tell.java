package live2vod.peer;

/** Tells the benchmark, one JSON object per line on standard output. */
final class Tell {
  private Tell() {}

  /** Names and values in turns; a value is a number or a boolean. */
  static void event(String event, Object... fields) {
    StringBuilder line = new StringBuilder("{\"event\":\"").append(event).append('"');
    for (int i = 0; i < fields.length; i += 2) line.append(",\"").append(fields[i]).append("\":").append(fields[i + 1]);
    System.out.println(line.append('}'));
  }
}
