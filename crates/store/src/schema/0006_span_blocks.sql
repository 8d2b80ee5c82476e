ALTER TABLE {database}.otel_traces MODIFY SETTING min_compress_block_size = 16384
