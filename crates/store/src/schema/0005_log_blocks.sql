ALTER TABLE {database}.otel_logs MODIFY SETTING min_compress_block_size = 16384
