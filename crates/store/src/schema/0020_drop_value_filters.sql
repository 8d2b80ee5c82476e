ALTER TABLE {database}.otel_logs
    DROP INDEX IF EXISTS trace_id,
    DROP INDEX IF EXISTS attribute_values,
    DROP INDEX IF EXISTS resource_values
