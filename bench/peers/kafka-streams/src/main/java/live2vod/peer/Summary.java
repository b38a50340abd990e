package live2vod.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import live2vod.peer.Model.Entry;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.Job;
import live2vod.peer.Model.Kind;
import live2vod.peer.Model.Recording;
import live2vod.peer.Model.Rendition;
import live2vod.peer.Model.RenditionStatus;
import live2vod.peer.Model.Status;
import live2vod.peer.Model.StreamRef;
import live2vod.peer.Model.VideoState;
import live2vod.peer.Outputs.Output;

/** What the public fields of a video say, derived from its facts alone. */
final class Summary {
  private record Failure(String code, String message) {}

  private StreamRef stream;
  private Recording recording;
  private String region;
  private boolean announced;
  private Long recordedTime;
  private Long sourceReadyTime;
  private Long streamPlayableTime;
  private Long summaryPlayableTime;
  private Long summaryTime;
  private Long failedSummaryTime;
  private long summedUntil = Long.MIN_VALUE;
  private String sourceUrl;
  private Long sourceSize;
  private Failure sourceFailure;
  private Failure summaryFailure;

  private Summary() {}

  static VideoState project(
      String videoId, List<Entry> timeline, List<Fact> facts, List<Job> jobs, Boolean sourcePlays, long revision) {
    Summary seen = new Summary();
    for (int i = 0; i < facts.size(); i += 1) seen.gather(timeline.get(i), facts.get(i));
    List<Output> outputs = Outputs.of(timeline, facts);
    List<Rendition> renditions = new ArrayList<>(outputs.size());
    for (Output output : outputs) renditions.add(output.rendition);
    Status status = seen.status(outputs);
    Failure failure = status == Status.FAILED || status == Status.PARTIAL ? seen.standingFailure(outputs) : null;
    Kind kind = seen.announced ? Kind.SEGMENT : seen.sourceReadyTime != null ? Kind.UPLOAD : Kind.UNKNOWN;
    return new VideoState(
        videoId, kind, status, seen.stream, seen.recording, seen.recordedTime, seen.sourceReadyTime,
        first(seen.streamPlayableTime, seen.summaryPlayableTime), first(seen.summaryTime, seen.failedSummaryTime),
        seen.sourceUrl, sourcePlays, seen.sourceSize, longest(outputs), failure == null ? null : failure.code(),
        failure == null ? null : failure.message(), seen.region, timeline, renditions, jobs, revision, facts);
  }

  private void gather(Entry entry, Fact fact) {
    region = first(region, fact.region());
    switch (fact.kind()) {
      case RECORDED -> {
        announced = true;
        stream = first(stream, fact.stream());
        recording = first(recording, fact.recording());
        if (entry.succeeded()) recordedTime = first(recordedTime, entry.eventTime());
        if (entry.failed()) sourceFailure = first(sourceFailure, failure(entry, fact));
      }
      case SOURCE_READY -> {
        if (!entry.succeeded()) return;
        sourceReadyTime = first(sourceReadyTime, entry.eventTime());
        sourceUrl = first(fact.fileUrl(), sourceUrl);
        sourceSize = first(fact.sizeBytes(), sourceSize);
      }
      case STREAM_TRANSCODED -> {
        if (succeeded(fact.outputs())) streamPlayableTime = first(streamPlayableTime, entry.eventTime());
      }
      case TRANSCODED -> {
        if (fact.outputs().isEmpty()) summedUntil = entry.eventTime();
        if (entry.failed()) {
          failedSummaryTime = first(failedSummaryTime, entry.eventTime());
          summaryFailure = first(summaryFailure, failure(entry, fact));
          return;
        }
        summaryTime = first(summaryTime, entry.eventTime());
        if (fact.outputs().isEmpty() || succeeded(fact.outputs()))
          summaryPlayableTime = first(summaryPlayableTime, entry.eventTime());
      }
      default -> {}
    }
  }

  private Status status(List<Output> outputs) {
    boolean good = false;
    boolean bad = false;
    boolean pending = false;
    boolean unsummed = false;
    for (Output output : outputs) {
      Rendition rendition = output.rendition;
      if (rendition.superseded()) continue;
      if (rendition.status() == RenditionStatus.SUBMITTED) pending = true;
      else if (rendition.status() == RenditionStatus.SUCCESS) good = true;
      else if (!hasSuccess(outputs, rendition)) bad = true;
      if (output.round < 0 && output.time > summedUntil) unsummed = true;
    }
    boolean summed = summaryTime != null || failedSummaryTime != null;
    if (good) {
      if (pending || !summed || unsummed) return Status.PLAYABLE;
      return bad ? Status.PARTIAL : Status.TRANSCODED;
    }
    if (pending) return Status.TRANSCODING;
    if (bad) return !summed || unsummed ? Status.TRANSCODING : Status.FAILED;
    if (summed) return summaryTime != null ? Status.TRANSCODED : Status.FAILED;
    if (sourceReadyTime != null) return Status.SOURCE_READY;
    if (sourceFailure != null && recordedTime == null) return Status.FAILED;
    return recordedTime != null ? Status.RECORDED : Status.ANNOUNCED;
  }

  private static boolean hasSuccess(List<Output> outputs, Rendition failed) {
    if (failed.definition() == null) return false;
    for (Output output : outputs) {
      Rendition rendition = output.rendition;
      if (rendition.status() == RenditionStatus.SUCCESS
          && !rendition.superseded()
          && Objects.equals(rendition.definition(), failed.definition())
          && Objects.equals(rendition.format(), failed.format())) return true;
    }
    return false;
  }

  private Failure standingFailure(List<Output> outputs) {
    for (Output output : outputs) {
      Rendition rendition = output.rendition;
      if (rendition.status() == RenditionStatus.FAIL && !rendition.superseded())
        return new Failure(rendition.errorCode(), rendition.errorMessage());
    }
    return first(summaryFailure, sourceFailure);
  }

  private static Double longest(List<Output> outputs) {
    Double longest = null;
    for (Output output : outputs) {
      Double seconds = output.rendition.durationSeconds();
      if (output.rendition.status() != RenditionStatus.SUCCESS || seconds == null) continue;
      if (longest == null || seconds > longest) longest = seconds;
    }
    return longest;
  }

  private static boolean succeeded(List<Rendition> outputs) {
    for (Rendition output : outputs) if (output.status() == RenditionStatus.SUCCESS) return true;
    return false;
  }

  private static Failure failure(Entry entry, Fact fact) {
    return new Failure(entry.errorCode(), fact.errorMessage());
  }

  private static <T> T first(T a, T b) {
    return a == null ? b : a;
  }
}
