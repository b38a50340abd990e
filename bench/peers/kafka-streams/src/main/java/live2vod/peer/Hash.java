package live2vod.peer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The identity of an event or a job: the first 16 bytes of a SHA-256 over its parts, each preceded by its length. */
final class Hash {
  private static final ThreadLocal<MessageDigest> SHA256 =
      ThreadLocal.withInitial(
          () -> {
            try {
              return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException impossible) {
              throw new IllegalStateException(impossible);
            }
          });

  private Hash() {}

  static String of(List<String> parts) {
    StringBuilder text = new StringBuilder(160);
    for (String part : parts) text.append(part.length()).append(':').append(part);
    byte[] digest = SHA256.get().digest(text.toString().getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, 16);
  }
}
