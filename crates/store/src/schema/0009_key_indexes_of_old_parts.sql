ALTER TABLE {database}.otel_logs
    MATERIALIZE INDEX resource_keys,
    MATERIALIZE INDEX ingest_id
