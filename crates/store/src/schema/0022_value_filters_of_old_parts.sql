ALTER TABLE {database}.otel_logs
    MATERIALIZE INDEX trace_id,
    MATERIALIZE INDEX attribute_values,
    MATERIALIZE INDEX resource_values
