package live2vod.peer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import live2vod.peer.Model.Job;
import live2vod.peer.Model.StreamFact;
import live2vod.peer.Model.VideoState;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** One callback in; the video's state into the store, whose changelog is the state topic; facts and jobs out. */
final class VideoProcessor implements Processor<String, byte[], String, byte[]> {
  private final Policies policies;
  private final SchemaIds ids;
  private final AvroWriter out = new AvroWriter();
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, VideoState> store;

  VideoProcessor(Policies policies, SchemaIds ids) {
    this.policies = policies;
    this.ids = ids;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    this.store = context.getStateStore(PeerTopology.STORE);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    Callback event;
    try {
      event = Callback.parse(
          record.value(),
          text(record.headers(), "source", "http"),
          Long.parseLong(text(record.headers(), "received-at", Long.toString(record.timestamp()))),
          text(record.headers(), "region", null));
      if (!event.videoId().equals(record.key())) throw new Callback.Unusable("the record key is not the subject");
    } catch (Callback.Unusable why) {
      deadLetter(record, why.getMessage());
      return;
    }
    VideoState before = store.get(record.key());
    VideoState state = Evolve.evolve(before, event);
    if (state == null) return;
    long nowMs = context.currentSystemTimeMs();
    Job job = Decide.decide(state, policies, nowMs);
    if (job != null) state = state.withJobs(List.of(job));
    store.put(record.key(), state);

    StreamFact fact = StreamFacts.of(before, state);
    if (fact != null)
      send(PeerTopology.STREAM_FACTS, fact.stream().key(), Codecs.encode(out, ids.streamFact(), fact), nowMs);
    if (job != null && job.plannedAt() != null)
      send(PeerTopology.TRANSCODE_JOBS, state.videoId(), Codecs.encode(out, ids.transcodeJob(), state, job), nowMs);
  }

  private void send(String sink, String key, byte[] value, long nowMs) {
    context.forward(new Record<>(key, value, nowMs), sink);
  }

  private void deadLetter(Record<String, byte[]> record, String why) {
    Headers headers = new RecordHeaders();
    headers.add("reason", "unparsable".getBytes(StandardCharsets.UTF_8));
    headers.add("error", why.getBytes(StandardCharsets.UTF_8));
    context.forward(record.withHeaders(headers), PeerTopology.DEAD_LETTERS);
  }

  private static String text(Headers headers, String name, String without) {
    Header header = headers.lastHeader(name);
    return header == null ? without : new String(header.value(), StandardCharsets.UTF_8);
  }
}
