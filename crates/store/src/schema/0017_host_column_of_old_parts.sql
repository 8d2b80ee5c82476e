ALTER TABLE {database}.otel_logs MATERIALIZE COLUMN `resource_host_name_text`
