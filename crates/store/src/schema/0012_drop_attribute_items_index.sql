ALTER TABLE {database}.otel_logs DROP INDEX IF EXISTS attribute_items
