CREATE TABLE IF NOT EXISTS {database}.otel_logs
(
    `Timestamp` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `TraceId` String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 131072),
    `SpanId` String CODEC(ZSTD(1)),
    `TraceFlags` UInt8 CODEC(ZSTD(1)),
    `SeverityText` LowCardinality(String) CODEC(ZSTD(1)),
    `SeverityNumber` UInt8 CODEC(ZSTD(1)),
    `ServiceName` LowCardinality(String) CODEC(ZSTD(1)),
    `Body` String CODEC(ZSTD(3)),
    `ResourceSchemaUrl` LowCardinality(String) CODEC(ZSTD(1)),
    `ResourceAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    `ScopeSchemaUrl` LowCardinality(String) CODEC(ZSTD(1)),
    `ScopeName` String CODEC(ZSTD(1)),
    `ScopeVersion` LowCardinality(String) CODEC(ZSTD(1)),
    `ScopeAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    `LogAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(3)),
    `EventName` String CODEC(ZSTD(1)),
    `IngestId` UInt64 CODEC(Delta(8), ZSTD(1)),
    `IngestedAt` DateTime DEFAULT now() CODEC(Delta(4), ZSTD(1)),
    `AttributeItems` Array(String) ALIAS arrayFilter(item -> length(item) <= 128 AND NOT match(item, '[0-9]{4}|=-?[0-9]*[.][0-9]+$'), arrayMap((key, value) -> concat(key, '=', value), arrayConcat(mapKeys(LogAttributes), mapKeys(ResourceAttributes)), arrayConcat(mapValues(LogAttributes), mapValues(ResourceAttributes)))),
    INDEX body_words Body TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(Body), posting_list_codec = 'bitpacking'),
    INDEX trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX attribute_items AttributeItems TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking'),
    INDEX attribute_values mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX resource_values mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
ORDER BY (Timestamp, IngestId)
TTL greatest(toDateTime(Timestamp), IngestedAt) + toIntervalDay({retention_days})
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1
