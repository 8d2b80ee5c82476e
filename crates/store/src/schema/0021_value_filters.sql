ALTER TABLE {database}.otel_logs
    ADD INDEX IF NOT EXISTS trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 8,
    ADD INDEX IF NOT EXISTS attribute_values mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 4,
    ADD INDEX IF NOT EXISTS resource_values mapValues(ResourceAttributes) TYPE bloom_filter(0.01) GRANULARITY 4
