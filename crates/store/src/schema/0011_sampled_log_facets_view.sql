CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.log_facets_view TO {database}.log_facets AS
SELECT
    toStartOfHour(toDateTime(Timestamp)) AS Hour,
    entry.1 AS Source,
    entry.2 AS Key,
    if(length(entry.3) > 64 OR match(entry.3, '[0-9]{4}|^-?[0-9]*[.][0-9]+$'), '', entry.3) AS Value,
    ServiceName,
    count() * 8 AS Rows,
    now() AS IngestedAt
FROM {database}.otel_logs
ARRAY JOIN arrayConcat(
    arrayMap((key, value) -> (CAST('attribute', 'Enum8(\'attribute\' = 1, \'resource\' = 2)'), key, value), mapKeys(LogAttributes), mapValues(LogAttributes)),
    arrayMap((key, value) -> (CAST('resource', 'Enum8(\'attribute\' = 1, \'resource\' = 2)'), key, value), mapKeys(ResourceAttributes), mapValues(ResourceAttributes))
) AS entry
WHERE intHash32(IngestId) % 8 = 0
GROUP BY Hour, Source, Key, Value, ServiceName
ORDER BY Rows DESC
LIMIT 1000 BY Hour, Source, Key
