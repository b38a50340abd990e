package live2vod.peer;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;

/** Reads single values of a body; a missing one is null. */
final class Values {
  private Values() {}

  /** Epoch milliseconds of `yyyy-MM-ddTHH:mm:ssZ`. */
  static Long time(String text) {
    if (text == null) return null;
    if (text.length() != 20 || text.charAt(19) != 'Z') return Instant.parse(text).toEpochMilli();
    long day = LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)).toEpochDay();
    long seconds = (digits(text, 11, 13) * 60L + digits(text, 14, 16)) * 60 + digits(text, 17, 19);
    return (day * 86_400 + seconds) * 1000;
  }

  static Double number(String text) {
    return text == null ? null : Double.valueOf(text);
  }

  static Long count(String text) {
    return text == null ? null : Long.valueOf(text);
  }

  static Integer wholeNumber(String text) {
    return text == null ? null : Integer.valueOf(text);
  }

  static Boolean bool(String text) {
    return text == null ? null : text.equalsIgnoreCase("true") || text.equals("1");
  }

  static String lower(String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }

  private static int digits(String text, int from, int to) {
    int value = 0;
    for (int i = from; i < to; i += 1) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) throw new IllegalArgumentException("not a time: " + text);
      value = value * 10 + digit;
    }
    return value;
  }
}
