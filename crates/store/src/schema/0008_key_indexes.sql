ALTER TABLE {database}.otel_logs
    ADD INDEX IF NOT EXISTS resource_keys mapKeys(ResourceAttributes) TYPE bloom_filter(0.001) GRANULARITY 16,
    ADD INDEX IF NOT EXISTS ingest_id IngestId TYPE minmax GRANULARITY 8
