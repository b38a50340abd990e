package live2vod.peer;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/**
 * RocksDB as Kafka's own documentation bounds and tunes it ("Memory Management"): one block cache and one write buffer
 * manager for all stores of the process, index and filter blocks in that cache, and a bloom filter, since most first
 * events of a video ask for a key that isn't there.
 */
public final class RocksSettings implements RocksDBConfigSetter {
  private static Cache cache;
  private static WriteBufferManager memtables;

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    share(configs);
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(cache);
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    table.setFilterPolicy(new BloomFilter(10, false));
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memtables);
    options.setWriteBufferSize(megabytes(configs, "rocksdb.memtable.mb"));
  }

  @Override
  public void close(String storeName, Options options) {
    // Cache and write buffer manager belong to the process.
  }

  private static synchronized void share(Map<String, Object> configs) {
    if (cache != null) return;
    long memtableBytes = megabytes(configs, "rocksdb.memtables.mb");
    cache = new LRUCache(megabytes(configs, "rocksdb.cache.mb") + memtableBytes, -1, false, 0.1);
    memtables = new WriteBufferManager(memtableBytes, cache);
  }

  private static long megabytes(Map<String, Object> configs, String key) {
    return Long.parseLong(configs.get(key).toString()) * 1024 * 1024;
  }
}
