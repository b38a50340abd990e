package live2vod.peer;

import live2vod.peer.Model.Decision;
import live2vod.peer.Model.Entry;
import live2vod.peer.Model.Fact;
import live2vod.peer.Model.FactKind;
import live2vod.peer.Model.Job;
import live2vod.peer.Model.JobState;
import live2vod.peer.Model.Kind;
import live2vod.peer.Model.Recording;
import live2vod.peer.Model.Rendition;
import live2vod.peer.Model.RenditionStatus;
import live2vod.peer.Model.Status;
import live2vod.peer.Model.StreamFact;
import live2vod.peer.Model.StreamRef;
import live2vod.peer.Model.VideoState;

/**
 * VideoState, StreamFact and TranscodeJob in Avro, field by field in the order of schemas/avro/*.avsc. Written by hand:
 * it spares GenericRecord's detour through schema and boxed values.
 */
final class Codecs {
  private Codecs() {}

  private static final Kind[] KINDS = Kind.values();
  private static final Status[] STATUSES = Status.values();
  private static final RenditionStatus[] RENDITION_STATUSES = RenditionStatus.values();
  private static final FactKind[] FACT_KINDS = FactKind.values();
  private static final Decision[] DECISIONS = Decision.values();
  private static final JobState[] JOB_STATES = JobState.values();

  /** JobPurpose SEGMENT, the only one here. */
  private static final int SEGMENT = 0;

  /** SubjectKind VIDEO. */
  private static final int VIDEO = 0;

  /** SourceOnly NO. */
  private static final int SOURCE_IS_NOT_ALL = 0;

  /** Branch of the union of orders. */
  private static final int TRANSCODE_ORDER = 1;

  static byte[] encode(AvroWriter out, int schemaId, VideoState s) {
    out.start(schemaId).text(s.videoId()).symbol(s.kind()).number(VIDEO).symbol(s.status());
    out.optional(s.stream(), Codecs::write).optional(s.recording(), Codecs::write);
    out.optional(s.recordedTime()).none().optional(s.sourceReadyTime()).optional(s.firstPlayableTime());
    out.optional(s.transcodedTime()).none().none().optional(s.sourceUrl()).bool(false).optional(s.sourcePlays());
    out.optional(s.sizeBytes()).optional(s.durationSeconds()).none().number(0).number(0).none();
    out.optional(s.errorCode()).optional(s.errorMessage());
    out.optional(s.region()).list(s.timeline(), Codecs::write).list(s.renditions(), Codecs::write);
    out.list(s.jobs(), Codecs::write).number(0).number(0).number(s.revision());
    out.bool(false).bool(false).none().bool(false).none().none().number(0);
    out.list(s.facts(), (writer, fact) -> write(writer, Compaction.compact(fact, s.renditions())));
    return out.bytes();
  }

  static VideoState decode(byte[] bytes) {
    AvroReader in = new AvroReader(bytes);
    String videoId = in.text();
    Kind kind = KINDS[(int) in.number()];
    if (in.number() != VIDEO) throw new UnsupportedOperationException("the benchmark is about videos");
    Status status = STATUSES[(int) in.number()];
    StreamRef stream = in.optional(Codecs::streamRef);
    Recording recording = in.optional(Codecs::recording);
    Long recordedTime = in.optionalLong();
    in.none("composeStartTime");
    Long sourceReadyTime = in.optionalLong();
    Long firstPlayableTime = in.optionalLong();
    Long transcodedTime = in.optionalLong();
    in.none("deletedTime");
    in.none("coverUrl");
    String sourceUrl = in.optionalText();
    if (in.bool()) throw new UnsupportedOperationException("no deleted sources here");
    Boolean sourcePlays = in.optionalBool();
    Long sizeBytes = in.optionalLong();
    Double durationSeconds = in.optionalReal();
    in.none("storage");
    for (String field : new String[] {"similarVideos", "tags"}) in.emptyList(field);
    in.none("auditStatus");
    String errorCode = in.optionalText();
    String errorMessage = in.optionalText();
    String region = in.optionalText();
    var timeline = in.list(Codecs::entry);
    var renditions = in.list(Codecs::rendition);
    var jobs = in.list(Codecs::job);
    for (String field : new String[] {"steps", "notStarted"}) in.emptyList(field);
    long revision = in.number();
    if (in.bool() | in.bool()) throw new UnsupportedOperationException("no truncated or retired states here");
    in.none("retiredAt");
    if (in.bool()) throw new UnsupportedOperationException("no retired states here");
    in.none("retiredSummary");
    in.none("cutoff");
    in.emptyList("cuts");
    var facts = in.list(reader -> Compaction.expand(fact(reader), renditions));
    return new VideoState(
        videoId, kind, status, stream, recording, recordedTime, sourceReadyTime, firstPlayableTime, transcodedTime,
        sourceUrl, sourcePlays, sizeBytes, durationSeconds, errorCode, errorMessage, region, timeline, renditions, jobs,
        revision, facts);
  }

  static byte[] encode(AvroWriter out, int schemaId, StreamFact f) {
    out.start(schemaId).text(f.videoId());
    write(out, f.stream());
    out.symbol(f.kind()).symbol(f.status()).optional(f.recording(), Codecs::write).optional(f.recordedTime()).none();
    out.optional(f.sourceReadyTime()).optional(f.firstPlayableTime()).optional(f.transcodedTime());
    out.optional(f.durationSeconds()).optional(f.format()).optional(f.errorCode()).optional(f.errorMessage());
    out.bool(false).number(f.videoRevision()).none().optional(f.region()).none().none();
    return out.number(SOURCE_IS_NOT_ALL).bytes();
  }

  static byte[] encode(AvroWriter out, int schemaId, VideoState s, Job job) {
    out.start(schemaId).text(job.token()).text(s.videoId()).number(SEGMENT).number(0).text(job.templateGroupId());
    out.optional(job.priority()).optional(s.stream(), Codecs::write).number(job.plannedAt());
    out.optional(s.region()).none().number(TRANSCODE_ORDER).text(job.templateGroupId());
    return out.optional(job.priority()).bytes();
  }

  private static void write(AvroWriter out, StreamRef s) {
    out.text(s.domainName()).text(s.appName()).text(s.streamName());
  }

  private static StreamRef streamRef(AvroReader in) {
    return new StreamRef(in.text(), in.text(), in.text());
  }

  private static void write(AvroWriter out, Recording r) {
    out.optional(r.startTime()).optional(r.endTime());
  }

  private static Recording recording(AvroReader in) {
    return new Recording(in.optionalLong(), in.optionalLong());
  }

  private static void write(AvroWriter out, Entry e) {
    out.text(e.eventId()).text(e.eventType()).number(e.eventTime()).number(e.receivedAt()).optional(e.status());
    out.text(e.source()).optional(e.jobId()).optional(e.errorCode()).number(0);
  }

  private static Entry entry(AvroReader in) {
    Entry entry =
        new Entry(
            in.text(), in.text(), in.number(), in.number(), in.optionalText(), in.text(), in.optionalText(),
            in.optionalText());
    in.emptyList("implausible");
    return entry;
  }

  private static void write(AvroWriter out, Rendition r) {
    out.optional(r.jobId()).optional(r.definition()).optional(r.format()).symbol(r.status()).optional(r.fileUrl());
    out.optional(r.bitrateKbps()).optional(r.fps()).optional(r.width()).optional(r.height());
    out.optional(r.durationSeconds()).optional(r.sizeBytes()).optional(r.encrypted()).optional(r.startTime());
    out.optional(r.finishTime()).optional(r.errorCode()).optional(r.errorMessage()).bool(false).bool(r.superseded());
  }

  private static Rendition rendition(AvroReader in) {
    return new Rendition(
        in.optionalText(), in.optionalText(), in.optionalText(), RENDITION_STATUSES[(int) in.number()],
        in.optionalText(), in.optionalReal(), in.optionalReal(), in.optionalInt(), in.optionalInt(), in.optionalReal(),
        in.optionalLong(), in.optionalBool(), in.optionalLong(), in.optionalLong(), in.optionalText(),
        in.optionalText(), supersededOf(in));
  }

  private static boolean supersededOf(AvroReader in) {
    if (in.bool()) throw new UnsupportedOperationException("no renditions of sound alone here");
    return in.bool();
  }

  private static void write(AvroWriter out, Job j) {
    out.text(j.token()).number(SEGMENT).number(0).symbol(j.decision()).symbol(j.state());
    out.optional(j.templateGroupId()).optional(j.priority()).optional(j.policy()).none().number(j.decidedAt());
    out.optional(j.plannedAt()).number(0).none().none().none().none().number(0).none().none().none();
    out.bool(false).none();
  }

  private static Job job(AvroReader in) {
    String token = in.text();
    if (in.number() != SEGMENT || in.number() != 0) throw new UnsupportedOperationException("no such jobs here");
    Decision decision = DECISIONS[(int) in.number()];
    JobState state = JOB_STATES[(int) in.number()];
    String templateGroupId = in.optionalText();
    Integer priority = in.optionalInt();
    String policy = in.optionalText();
    in.none("requestId");
    long decidedAt = in.number();
    Long plannedAt = in.optionalLong();
    if (in.number() != 0) throw new UnsupportedOperationException("the benchmark runs no jobs");
    for (String field : new String[] {"submittedAt", "acknowledgedAt", "finishedAt", "taskId"}) in.none(field);
    in.emptyList("jobIds");
    for (String field : new String[] {"errorCode", "errorMessage", "hold"}) in.none(field);
    if (in.bool()) throw new UnsupportedOperationException("all that is recorded here is transcoded");
    in.none("workflowId");
    return new Job(token, decision, state, templateGroupId, priority, policy, decidedAt, plannedAt);
  }

  private static void write(AvroWriter out, Fact f) {
    out.symbol(f.kind()).optional(f.stream(), Codecs::write).optional(f.recording(), Codecs::write);
    out.optional(f.fileUrl()).none().optional(f.sizeBytes()).none().optional(f.errorMessage()).none().none();
    out.list(f.outputs(), Codecs::write).list(f.listed()).number(0).none().optional(f.region());
    out.none().none().none().none().none().none();
  }

  private static Fact fact(AvroReader in) {
    FactKind kind = FACT_KINDS[(int) in.number()];
    StreamRef stream = in.optional(Codecs::streamRef);
    Recording recording = in.optional(Codecs::recording);
    String fileUrl = in.optionalText();
    in.none("coverUrl");
    Long sizeBytes = in.optionalLong();
    in.none("durationSeconds");
    String errorMessage = in.optionalText();
    in.none("audit");
    in.none("deletion");
    var outputs = in.list(Codecs::rendition);
    int[] listed = in.ints();
    in.emptyList("jobIds");
    in.none("job");
    String region = in.optionalText();
    for (String field : new String[] {"contradiction", "subject", "storage", "snapshot", "content", "workflow"})
      in.none(field);
    return new Fact(kind, stream, recording, fileUrl, sizeBytes, errorMessage, outputs, listed, region);
  }
}
