package live2vod.peer;

import java.util.List;

/** The types of the Avro contracts, as far as the benchmark's events reach. Enums are in the order of their symbols. */
final class Model {
  private Model() {}

  enum Kind { UNKNOWN, SEGMENT, COMPOSED, UPLOAD }

  enum Status { ANNOUNCED, RECORDED, SOURCE_READY, TRANSCODING, PLAYABLE, TRANSCODED, PARTIAL, FAILED, DELETED }

  enum RenditionStatus { SUBMITTED, SUCCESS, FAIL }

  enum FactKind { UNKNOWN, RECORDED, COMPOSE_START, SOURCE_READY, STREAM_TRANSCODED, TRANSCODED }

  enum Decision { CLOUD, PIPELINE, APPROVAL }

  enum JobState { DECIDED, AWAITING_APPROVAL, PLANNED, SUBMITTED, ACKNOWLEDGED, DONE, FAILED, IN_DOUBT }

  record StreamRef(String domainName, String appName, String streamName) {
    String key() {
      return domainName + "/" + appName + "/" + streamName;
    }
  }

  record Recording(Long startTime, Long endTime) {}

  record Entry(
      String eventId, String eventType, long eventTime, long receivedAt, String status, String source, String jobId,
      String errorCode) {
    boolean succeeded() {
      return status == null || status.equals("success") || status.equals("succeed");
    }

    boolean failed() {
      return status != null && (status.equals("fail") || status.equals("failed"));
    }
  }

  record Rendition(
      String jobId, String definition, String format, RenditionStatus status, String fileUrl, Double bitrateKbps,
      Double fps, Integer width, Integer height, Double durationSeconds, Long sizeBytes, Boolean encrypted,
      Long startTime, Long finishTime, String errorCode, String errorMessage, boolean superseded) {
    Rendition superseded(boolean now) {
      return new Rendition(
          jobId, definition, format, status, fileUrl, bitrateKbps, fps, width, height, durationSeconds, sizeBytes,
          encrypted, startTime, finishTime, errorCode, errorMessage, now);
    }
  }

  /** `listed` is empty while the fact is in full, see Compaction. */
  record Fact(
      FactKind kind, StreamRef stream, Recording recording, String fileUrl, Long sizeBytes, String errorMessage,
      List<Rendition> outputs, int[] listed, String region) {
    Fact with(List<Rendition> outputs, int[] listed) {
      return new Fact(kind, stream, recording, fileUrl, sizeBytes, errorMessage, outputs, listed, region);
    }
  }

  record Job(
      String token, Decision decision, JobState state, String templateGroupId, Integer priority, String policy,
      long decidedAt, Long plannedAt) {}

  record StreamFact(
      String videoId, StreamRef stream, Kind kind, Status status, Recording recording, Long recordedTime,
      Long sourceReadyTime, Long firstPlayableTime, Long transcodedTime, Double durationSeconds, String format,
      String errorCode, String errorMessage, String region, long videoRevision) {}

  /** `facts` are in full. */
  record VideoState(
      String videoId, Kind kind, Status status, StreamRef stream, Recording recording, Long recordedTime,
      Long sourceReadyTime, Long firstPlayableTime, Long transcodedTime, String sourceUrl, Boolean sourcePlays,
      Long sizeBytes, Double durationSeconds, String errorCode, String errorMessage, String region, List<Entry> timeline,
      List<Rendition> renditions, List<Job> jobs, long revision, List<Fact> facts) {
    /** Decided with the first job: no policy here has the source played. */
    VideoState withJobs(List<Job> jobs) {
      return new VideoState(
          videoId, kind, status, stream, recording, recordedTime, sourceReadyTime, firstPlayableTime, transcodedTime,
          sourceUrl, false, sizeBytes, durationSeconds, errorCode, errorMessage, region, timeline, renditions, jobs, revision,
          facts);
    }
  }
}
