package live2vod.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** `Main FILE`: runs the peer with the settings of a properties file until SIGTERM. Keys that begin with `streams.` go to Kafka Streams. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Properties settings = new Properties();
    try (InputStream file = Files.newInputStream(Path.of(arguments[0]))) {
      settings.load(file);
    }
    SchemaIds ids =
        new SchemaIds(id(settings, "video-state"), id(settings, "stream-facts"), id(settings, "transcode-jobs"));
    Meter meter = new Meter(Long.parseLong(settings.getProperty("records", Long.toString(Long.MAX_VALUE))));
    KafkaStreams streams = new KafkaStreams(PeerTopology.of(settings, ids), configured(settings), meter);
    CountDownLatch stopped = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          stopped.countDown();
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Restored restored = new Restored();
    streams.setGlobalStateRestoreListener(restored);
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) Tell.event("running", "restored", restored.records.get());
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    endWithTheParent();
    streams.start();
    stopped.await();
    System.exit(1);
  }

  /** Nothing outlives the benchmark: its end closes our standard input. */
  private static void endWithTheParent() {
    Thread watcher =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException closed) {
                // The same as its end.
              }
              System.exit(0);
            });
    watcher.setDaemon(true);
    watcher.start();
  }

  private static Properties configured(Properties settings) {
    Properties streams = new Properties();
    streams.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    streams.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksSettings.class);
    for (String key : settings.stringPropertyNames())
      if (key.startsWith("streams.")) streams.put(key.substring("streams.".length()), settings.getProperty(key));
    return streams;
  }

  private static int id(Properties settings, String topic) {
    return Integer.parseInt(settings.getProperty("schema." + topic));
  }

  private static final class Restored implements StateRestoreListener {
    final AtomicLong records = new AtomicLong();

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {}

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
      records.addAndGet(count);
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {}
  }
}
