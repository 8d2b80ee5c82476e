ALTER TABLE {database}.otel_logs MATERIALIZE INDEX attribute_items
