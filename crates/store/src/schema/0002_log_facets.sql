CREATE TABLE IF NOT EXISTS {database}.log_facets
(
    `Hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `Source` Enum8('attribute' = 1, 'resource' = 2) CODEC(ZSTD(1)),
    `Key` LowCardinality(String) CODEC(ZSTD(1)),
    `Value` String CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) CODEC(ZSTD(1)),
    `Rows` SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    `IngestedAt` SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(Hour)
ORDER BY (Hour, Source, Key, Value, ServiceName)
TTL greatest(Hour, IngestedAt) + toIntervalDay({retention_days})
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
