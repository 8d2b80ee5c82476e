ALTER TABLE {database}.otel_logs
    MODIFY COLUMN `Body` String CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 131072),
    MODIFY COLUMN `ResourceAttributes` Map(LowCardinality(String), String) CODEC(ZSTD(3)) SETTINGS (min_compress_block_size = 65536),
    MODIFY COLUMN `IngestId` UInt64 CODEC(Delta(8), ZSTD(3)),
    MODIFY SETTING propagate_types_serialization_versions_to_nested_types = 0
