package live2vod.peer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * Counts input records by the offsets of committed transactions, as the benchmark does on our side: from the end of each
 * thread's first transaction (so neither the start of the JVM nor joining the group counts) to the end of the last one. It sits
 * where Streams hands its transactions to the producer; nothing is polled from outside.
 */
final class Meter extends DefaultKafkaClientSupplier {
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final long expected;
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  /** Each thread has its own. */
  private int producers;

  private final Set<Producer<?, ?>> begun = new HashSet<>();
  private long seen;
  private long first;
  private long firstAt;
  private long firstCpu;
  private int transactions;
  private boolean reported;

  Meter(long expected) {
    this.expected = expected;
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    synchronized (this) {
      producers += 1;
    }
    return new Counting(config);
  }

  private synchronized void took(Producer<?, ?> by, Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (offsets.isEmpty()) return;
    offsets.forEach(
        (partition, offset) -> {
          seen += offset.offset() - committed.getOrDefault(partition, 0L);
          committed.put(partition, offset.offset());
        });
    if (firstAt == 0) {
      begun.add(by);
      if (begun.size() < producers) return;
      first = seen;
      firstAt = System.nanoTime();
      firstCpu = system.getProcessCpuTime();
      return;
    }
    transactions += 1;
    if (seen < expected || reported) return;
    reported = true;
    double records = seen - first;
    Tell.event(
        "done",
        "recordsPerSecond", Math.round(records / (System.nanoTime() - firstAt) * 1e9),
        "cpuUs", Math.round((system.getProcessCpuTime() - firstCpu) / records / 100) / 10.0,
        "transactions", transactions,
        "anonMb", anonMb());
  }

  static long anonMb() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status")))
        if (line.startsWith("RssAnon:")) return Math.round(Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6);
    } catch (IOException noSuchFile) {
      return 0;
    }
    return 0;
  }

  private final class Counting extends KafkaProducer<byte[], byte[]> {
    private final Map<TopicPartition, OffsetAndMetadata> pending = new HashMap<>();

    Counting(Map<String, Object> config) {
      super(properties(config), new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
      super.sendOffsetsToTransaction(offsets, group);
      pending.putAll(offsets);
    }

    @Override
    public void commitTransaction() {
      super.commitTransaction();
      took(this, pending);
      pending.clear();
    }

    @Override
    public void abortTransaction() {
      pending.clear();
      super.abortTransaction();
    }
  }

  private static Properties properties(Map<String, Object> config) {
    Properties properties = new Properties();
    properties.putAll(config);
    return properties;
  }
}
