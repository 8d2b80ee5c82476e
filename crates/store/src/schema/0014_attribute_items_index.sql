ALTER TABLE {database}.otel_logs ADD INDEX IF NOT EXISTS attribute_items AttributeItems TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking')
