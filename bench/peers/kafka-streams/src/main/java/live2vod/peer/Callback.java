package live2vod.peer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import live2vod.peer.Model.Entry;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.FactKind;
import live2vod.peer.Model.Recording;
import live2vod.peer.Model.Rendition;
import live2vod.peer.Model.RenditionStatus;
import live2vod.peer.Model.StreamRef;

/** One callback in normal form: its timeline entry, and the fact that the state is derived from. */
record Callback(String videoId, Entry entry, Fact fact) {
  private static final int[] NONE = {};

  /** Thrown for a body that can't be used; a retry would not help. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  static Callback parse(byte[] bytes, String source, long receivedAt, String region) throws Unusable {
    Body body;
    try {
      body = Body.parse(bytes);
    } catch (IOException notJson) {
      throw new Unusable("not JSON");
    }
    if (body.eventType == null) throw new Unusable("no EventType");
    if (body.videoId == null) throw new Unusable("no subject id");
    Long eventTime = Values.time(body.eventTime);
    if (eventTime == null) throw new Unusable(body.eventType + " without a usable EventTime");
    String status = Values.lower(body.status);
    List<String> identity = new ArrayList<>(List.of("cloud", body.eventType, body.videoId));
    Fact fact = factOf(body, status, eventTime, region, identity);
    Entry entry =
        new Entry(
            Hash.of(identity), body.eventType, eventTime, receivedAt, status, source, body.jobId, body.errorCode);
    return new Callback(body.videoId, entry, fact);
  }

  /** Also adds to `identity` what tells two events of that type apart. */
  private static Fact factOf(Body body, String status, long eventTime, String region, List<String> identity)
      throws Unusable {
    String statusText = status == null ? "" : status;
    switch (body.eventType) {
      case "AddLiveRecordVideoComplete":
        identity.add(statusText);
        return new Fact(
            FactKind.RECORDED, streamOf(body), recordingOf(body), null, null, body.errorMessage, List.of(), NONE,
            region);
      case "FileUploadComplete":
        identity.add(Long.toString(eventTime));
        return new Fact(
            FactKind.SOURCE_READY, null, null, body.fileUrl, Values.count(body.size), body.errorMessage, List.of(),
            NONE, region);
      case "StreamTranscodeComplete":
        Rendition output = renditionOf(body, RenditionStatus.FAIL);
        if (body.jobId != null) identity.add(body.jobId);
        else identity.addAll(List.of("", Long.toString(eventTime), text(output.definition()), text(output.format())));
        return new Fact(
            FactKind.STREAM_TRANSCODED, null, null, null, null, output.errorMessage(), List.of(output), NONE, region);
      case "TranscodeComplete":
        List<Rendition> outputs = streamInfosOf(body);
        List<String> jobIds = new ArrayList<>();
        for (Body info : body.streamInfos) if (info.jobId != null) jobIds.add(info.jobId);
        jobIds.sort(null);
        identity.add(statusText);
        identity.addAll(jobIds.isEmpty() ? List.of("", Long.toString(eventTime)) : jobIds);
        return new Fact(FactKind.TRANSCODED, null, null, null, null, body.errorMessage, outputs, NONE, region);
      default:
        throw new Unusable("the benchmark sends no " + body.eventType);
    }
  }

  private static StreamRef streamOf(Body body) {
    if (body.domainName == null || body.appName == null || body.streamName == null) return null;
    return new StreamRef(body.domainName, body.appName, body.streamName);
  }

  private static Recording recordingOf(Body body) {
    Long start = Values.time(body.recordStartTime);
    Long end = Values.time(body.recordEndTime);
    return start == null && end == null ? null : new Recording(start, end);
  }

  private static List<Rendition> streamInfosOf(Body body) {
    RenditionStatus parent = statusOf(body.status, RenditionStatus.FAIL);
    List<Rendition> outputs = new ArrayList<>(body.streamInfos.size());
    for (Body info : body.streamInfos) outputs.add(renditionOf(info, parent));
    outputs.sort(ORDER);
    return outputs;
  }

  static final Comparator<Rendition> ORDER =
      Comparator.comparing((Rendition output) -> text(output.jobId()))
          .thenComparing(output -> text(output.definition()))
          .thenComparing(output -> text(output.format()))
          .thenComparing(output -> text(output.fileUrl()));

  private static Rendition renditionOf(Body body, RenditionStatus without) {
    return new Rendition(
        body.jobId, body.definition, Values.lower(body.format), statusOf(body.status, without), body.fileUrl,
        Values.number(body.bitrate), Values.number(body.fps), Values.wholeNumber(body.width),
        Values.wholeNumber(body.height), Values.number(body.duration), Values.count(body.size),
        Values.bool(body.encrypt), Values.time(body.startTime), Values.time(body.finishTime), body.errorCode,
        body.errorMessage, false);
  }

  private static RenditionStatus statusOf(String text, RenditionStatus without) {
    String status = Values.lower(text);
    if ("success".equals(status) || "succeed".equals(status)) return RenditionStatus.SUCCESS;
    return "fail".equals(status) || "failed".equals(status) ? RenditionStatus.FAIL : without;
  }

  static String text(String value) {
    return value == null ? "" : value;
  }
}
