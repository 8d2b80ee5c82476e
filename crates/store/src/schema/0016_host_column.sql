ALTER TABLE {database}.otel_logs ADD COLUMN IF NOT EXISTS `resource_host_name_text` LowCardinality(String) MATERIALIZED ResourceAttributes['host.name'] CODEC(ZSTD(1))
