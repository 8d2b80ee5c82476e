ALTER TABLE {database}.otel_traces MODIFY SETTING propagate_types_serialization_versions_to_nested_types = 0
