package live2vod.peer;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import live2vod.peer.Model.StreamFact;
import live2vod.peer.Model.VideoState;

/** What a change of a video means for its stream. */
final class StreamFacts {
  private StreamFacts() {}

  private static final Pattern CONTAINER = Pattern.compile("\\.(m3u8|mp4|flv)(?:[?#]|$)", Pattern.CASE_INSENSITIVE);

  /** A snapshot where anything in it changed; null where nothing did, or no stream is known. */
  static StreamFact of(VideoState before, VideoState after) {
    StreamFact now = snapshot(after, after.revision());
    if (now == null || before == null) return now;
    return now.equals(snapshot(before, after.revision())) ? null : now;
  }

  private static StreamFact snapshot(VideoState s, long revision) {
    if (s.stream() == null) return null;
    return new StreamFact(
        s.videoId(), s.stream(), s.kind(), s.status(), s.recording(), s.recordedTime(), s.sourceReadyTime(),
        s.firstPlayableTime(), s.transcodedTime(), s.durationSeconds(), container(s.sourceUrl()), s.errorCode(),
        s.errorMessage(), s.region(), revision);
  }

  private static String container(String url) {
    if (url == null) return null;
    Matcher matcher = CONTAINER.matcher(url);
    return matcher.find() ? matcher.group(1).toLowerCase(Locale.ROOT) : null;
  }
}
