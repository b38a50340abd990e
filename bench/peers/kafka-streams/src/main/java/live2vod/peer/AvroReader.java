package live2vod.peer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads what AvroWriter writes. */
final class AvroReader {
  private final byte[] bytes;
  private int at = 5;

  AvroReader(byte[] bytes) {
    if (bytes.length < 5 || bytes[0] != 0) throw new IllegalArgumentException("not the registry's wire format");
    this.bytes = bytes;
  }

  boolean bool() {
    return bytes[at++] != 0;
  }

  long number() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) return (value >>> 1) ^ -(value & 1);
    }
  }

  double real() {
    long bits = 0;
    for (int i = 0; i < 8; i += 1) bits |= (bytes[at++] & 0xffL) << (8 * i);
    return Double.longBitsToDouble(bits);
  }

  String text() {
    int length = (int) number();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  /** A union with null, of which the benchmark's events leave only null. */
  void none(String field) {
    if (present()) throw new UnsupportedOperationException("the benchmark's events set no " + field);
  }

  boolean present() {
    return number() == 1;
  }

  String optionalText() {
    return present() ? text() : null;
  }

  Long optionalLong() {
    return present() ? number() : null;
  }

  Integer optionalInt() {
    return present() ? (int) number() : null;
  }

  Double optionalReal() {
    return present() ? real() : null;
  }

  Boolean optionalBool() {
    return present() ? bool() : null;
  }

  <T> T optional(Function<AvroReader, T> read) {
    return present() ? read.apply(this) : null;
  }

  <T> List<T> list(Function<AvroReader, T> read) {
    int count = count();
    if (count == 0) return List.of();
    List<T> items = new ArrayList<>(count);
    for (int i = 0; i < count; i += 1) items.add(read.apply(this));
    endOfList();
    return items;
  }

  int[] ints() {
    int count = count();
    if (count == 0) return new int[0];
    int[] items = new int[count];
    for (int i = 0; i < count; i += 1) items[i] = (int) number();
    endOfList();
    return items;
  }

  void emptyList(String field) {
    if (count() != 0) throw new UnsupportedOperationException("the benchmark's events set no " + field);
  }

  private int count() {
    long count = number();
    if (count < 0) throw new UnsupportedOperationException("a block with its size in bytes: nobody here writes one");
    return (int) count;
  }

  private void endOfList() {
    if (number() != 0) throw new UnsupportedOperationException("a list in several blocks: nobody here writes one");
  }
}
