package live2vod.peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Avro's binary encoding into one growing buffer, framed for the schema registry: a zero byte and the schema's id first. */
final class AvroWriter {
  private byte[] buffer = new byte[16 * 1024];
  private int end;

  AvroWriter start(int schemaId) {
    buffer[0] = 0;
    for (int i = 0; i < 4; i += 1) buffer[1 + i] = (byte) (schemaId >>> (24 - 8 * i));
    end = 5;
    return this;
  }

  byte[] bytes() {
    return Arrays.copyOf(buffer, end);
  }

  AvroWriter bool(boolean value) {
    room(1);
    buffer[end++] = (byte) (value ? 1 : 0);
    return this;
  }

  /** An int or a long, and the position of an enum's symbol or a union's branch. */
  AvroWriter number(long value) {
    room(10);
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      buffer[end++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[end++] = (byte) rest;
    return this;
  }

  AvroWriter real(double value) {
    room(8);
    long bits = Double.doubleToRawLongBits(value);
    for (int i = 0; i < 8; i += 1) buffer[end++] = (byte) (bits >>> (8 * i));
    return this;
  }

  AvroWriter text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    number(bytes.length);
    room(bytes.length);
    System.arraycopy(bytes, 0, buffer, end, bytes.length);
    end += bytes.length;
    return this;
  }

  AvroWriter symbol(Enum<?> value) {
    return number(value.ordinal());
  }

  /** The null of a union whose first branch is null. */
  AvroWriter none() {
    return number(0);
  }

  AvroWriter optional(String value) {
    return value == null ? none() : number(1).text(value);
  }

  AvroWriter optional(Long value) {
    return value == null ? none() : number(1).number(value);
  }

  AvroWriter optional(Integer value) {
    return value == null ? none() : number(1).number(value);
  }

  AvroWriter optional(Double value) {
    return value == null ? none() : number(1).real(value);
  }

  AvroWriter optional(Boolean value) {
    return value == null ? none() : number(1).bool(value);
  }

  <T> AvroWriter optional(T value, BiConsumer<AvroWriter, T> write) {
    if (value == null) return none();
    number(1);
    write.accept(this, value);
    return this;
  }

  <T> AvroWriter list(List<T> items, BiConsumer<AvroWriter, T> write) {
    if (!items.isEmpty()) {
      number(items.size());
      for (T item : items) write.accept(this, item);
    }
    return number(0);
  }

  AvroWriter list(int[] items) {
    if (items.length > 0) {
      number(items.length);
      for (int item : items) number(item);
    }
    return number(0);
  }

  private void room(int bytes) {
    if (end + bytes > buffer.length) buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, end + bytes));
  }
}
