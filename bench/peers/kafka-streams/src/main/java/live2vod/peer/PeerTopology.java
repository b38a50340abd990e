package live2vod.peer;

import java.util.Map;
import java.util.Properties;
import live2vod.peer.Model.VideoState;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Source `callbacks`, one processor with its store, sinks `stream-facts`, `transcode-jobs` and `dead-letters`. */
final class PeerTopology {
  private PeerTopology() {}

  /** Its changelog, `<application id>-video-state-changelog`, holds what our `video-state` holds. */
  static final String STORE = "video-state";

  static final String STREAM_FACTS = "stream-facts";
  static final String TRANSCODE_JOBS = "transcode-jobs";
  static final String DEAD_LETTERS = "dead-letters";

  static Topology of(Properties settings, SchemaIds ids) {
    // No caching: Streams' record cache would hold bytes that RocksDB's memtable holds too, and a video's events come too far
    // apart for it to save a write within a commit interval. `cache` tells otherwise.
    boolean cached = settings.getProperty("cache", "false").equals("true");
    StoreBuilder<KeyValueStore<String, VideoState>> plain =
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), states(ids))
            .withLoggingEnabled(Map.of());
    StoreBuilder<KeyValueStore<String, VideoState>> store = cached ? plain.withCachingEnabled() : plain;
    String prefix = settings.getProperty("outputPrefix");
    Serializer<String> keys = Serdes.String().serializer();
    Serializer<byte[]> values = Serdes.ByteArray().serializer();
    return new Topology()
        .addSource("callbacks", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(),
            settings.getProperty("input"))
        .addProcessor("video", () -> new VideoProcessor(new Policies(settings), ids), "callbacks")
        .addStateStore(store, "video")
        .addSink(STREAM_FACTS, prefix + STREAM_FACTS, keys, values, "video")
        .addSink(TRANSCODE_JOBS, prefix + TRANSCODE_JOBS, keys, values, "video")
        .addSink(DEAD_LETTERS, prefix + DEAD_LETTERS, keys, values, "video");
  }

  private static Serde<VideoState> states(SchemaIds ids) {
    // A serde is made per topology and used by one thread at a time, but its scratch buffer must not rest on that.
    ThreadLocal<AvroWriter> out = ThreadLocal.withInitial(AvroWriter::new);
    Serializer<VideoState> encode =
        (topic, state) -> state == null ? null : Codecs.encode(out.get(), ids.videoState(), state);
    Deserializer<VideoState> decode = (topic, bytes) -> bytes == null ? null : Codecs.decode(bytes);
    return Serdes.serdeFrom(encode, decode);
  }
}
