"""Variants of the table `otel_logs` to measure. A variant overrides parts of BASE."""

import pathlib
import re

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "crates/store/src/schema"

MAP = "Map(LowCardinality(String), String)"
BASE = {
    "Timestamp": "DateTime64(9) CODEC(Delta(8), ZSTD(1))",
    "TraceId": "String CODEC(ZSTD(1))",
    "SpanId": "String CODEC(ZSTD(1))",
    "TraceFlags": "UInt8",
    "SeverityText": "LowCardinality(String) CODEC(ZSTD(1))",
    "SeverityNumber": "UInt8 CODEC(ZSTD(1))",
    "ServiceName": "LowCardinality(String) CODEC(ZSTD(1))",
    "Body": "String CODEC(ZSTD(1))",
    "ResourceSchemaUrl": "LowCardinality(String) CODEC(ZSTD(1))",
    "ResourceAttributes": f"{MAP} CODEC(ZSTD(1))",
    "ScopeSchemaUrl": "LowCardinality(String) CODEC(ZSTD(1))",
    "ScopeName": "String CODEC(ZSTD(1))",
    "ScopeVersion": "LowCardinality(String) CODEC(ZSTD(1))",
    "ScopeAttributes": f"{MAP} CODEC(ZSTD(1))",
    "LogAttributes": f"{MAP} CODEC(ZSTD(1))",
    "EventName": "String CODEC(ZSTD(1))",
    "IngestId": "UInt64 CODEC(Delta(8), ZSTD(1))",
}
INSERT_COLUMNS = ", ".join(BASE)
BODY_INDEX = (
    "INDEX body_words Body TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(Body), "
    "posting_list_codec = 'bitpacking')"
)
BODY_PLAIN = "INDEX body_words Body TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(Body))"
TRACE_BLOOM = "INDEX trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1"
TRACE_TEXT = "INDEX trace_id TraceId TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking')"
ITEMS = "arrayMap((k, v) -> concat(k, '=', v), mapKeys(LogAttributes), mapValues(LogAttributes))"
WORDS_ITEMS = "arrayFilter(i -> NOT match(i, '=-?[0-9]+[.][0-9]+$'), " + ITEMS + ")"
ITEMS_TEXT = f"INDEX items ({ITEMS}) TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking')"
ITEMS_WORDS = f"INDEX items ({WORDS_ITEMS}) TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking')"


def _item_filter(expression):
    return lambda key, value: f"has({expression}, '{key}={value}')"


PROMOTED = {"attr_duration_ms": "Nullable(Float64) MATERIALIZED toFloat64OrNull(LogAttributes['duration_ms']) CODEC(ZSTD(1))"}

HIGH_ENTROPY = "[0-9]{4}|=-?[0-9]+[.][0-9]+$"
COMMON_ITEMS = f"arrayFilter(i -> NOT match(i, '{HIGH_ENTROPY}'), " + ITEMS + ")"
ITEMS_COMMON = f"INDEX items ({COMMON_ITEMS}) TYPE text(tokenizer = 'array', posting_list_codec = 'bitpacking')"
VALUES_BLOOM = "INDEX attribute_values mapValues(LogAttributes) TYPE bloom_filter(0.01) GRANULARITY 1"
ITEMS_BLOOM = f"INDEX items_bloom ({ITEMS}) TYPE bloom_filter(0.01) GRANULARITY 1"
BUCKETS = {"map_serialization_version": "'with_buckets'", "map_buckets_min_avg_size": "0"}
BUCKETS_LINEAR2 = BUCKETS | {
    "map_buckets_strategy": "'linear'",
    "map_buckets_coefficient": "2",
    "max_buckets_in_map": "16",
}

VARIANTS = {
    "noindex": {"indexes": []},
    "base": {"indexes": [BODY_INDEX, TRACE_BLOOM]},
    "lc_trace": {"columns": {"TraceId": "LowCardinality(String) CODEC(ZSTD(1))"}, "indexes": [TRACE_BLOOM]},
    "codecs": {
        "columns": {
            "Timestamp": "DateTime64(9) CODEC(GCD, Delta(8), ZSTD(1))",
            "SpanId": "String CODEC(ZSTD(3))",
            "TraceId": "String CODEC(ZSTD(3))",
            "Body": "String CODEC(ZSTD(3))",
            "LogAttributes": f"{MAP} CODEC(ZSTD(3))",
            "IngestId": "UInt64 CODEC(DoubleDelta, ZSTD(1))",
        },
        "indexes": [],
    },
    "buckets_sqrt": {"indexes": [], "settings": BUCKETS},
    "buckets_linear": {"indexes": [], "settings": BUCKETS | {"map_buckets_strategy": "'linear'"}},
    "buckets_linear2": {"indexes": [], "settings": BUCKETS | {"map_buckets_strategy": "'linear'", "map_buckets_coefficient": "2"}},
    "buckets_32": {"indexes": [], "settings": BUCKETS | {"map_buckets_strategy": "'constant'"}},
    "buckets_32_zstd3": {"indexes": [], "settings": BUCKETS | {"map_buckets_strategy": "'constant'"}, "columns": {"LogAttributes": f"{MAP} CODEC(ZSTD(3))"}},
    "body_plain": {"indexes": [BODY_PLAIN]},
    "body_dict4096": {"indexes": [BODY_INDEX[:-1] + ", dictionary_block_size = 4096)"]},
    "trace_text": {"indexes": [TRACE_TEXT]},
    "items": {"indexes": [ITEMS_TEXT], "item": _item_filter(ITEMS)},
    "items_words": {"indexes": [ITEMS_WORDS], "item": _item_filter(WORDS_ITEMS)},
    "body": {"indexes": [BODY_INDEX]},
    "items_common": {"indexes": [ITEMS_COMMON], "item": _item_filter(COMMON_ITEMS)},
    "values_bloom": {"indexes": [VALUES_BLOOM]},
    "items_bloom": {"indexes": [ITEMS_BLOOM]},
    "body_minute_service": {"indexes": [BODY_INDEX], "order": "(toStartOfMinute(Timestamp), ServiceName, Timestamp)"},
    "body_5minute_service": {"indexes": [BODY_INDEX], "order": "(toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)"},
    "buckets_linear2_zstd3": {"indexes": [], "settings": BUCKETS_LINEAR2, "columns": {"LogAttributes": f"{MAP} CODEC(ZSTD(3))"}},
    "candidate": {
        "columns": {"Body": "String CODEC(ZSTD(3))", "LogAttributes": f"{MAP} CODEC(ZSTD(3))"},
        "indexes": [BODY_INDEX, TRACE_BLOOM, ITEMS_COMMON, VALUES_BLOOM],
        "settings": BUCKETS_LINEAR2,
        "item": lambda key, value: (
            f"LogAttributes['{key}'] = '{value}'"
            if re.search(HIGH_ENTROPY, f"{key}={value}")
            else f"has({COMMON_ITEMS}, '{key}={value}')"
        ),
    },
}



def _derived(name, **changes):
    variant = dict(VARIANTS[name])
    for key, change in changes.items():
        variant[key] = variant.get(key, {}) | change if isinstance(change, dict) else change
    return variant


VARIANTS["candidate_block1m"] = _derived("candidate", settings={"min_compress_block_size": "1048576"})
VARIANTS["candidate_block256k"] = _derived("candidate", settings={"min_compress_block_size": "262144"})
VARIANTS["candidate_zstd6"] = _derived(
    "candidate", columns={"Body": "String CODEC(ZSTD(6))", "LogAttributes": f"{MAP} CODEC(ZSTD(6))"}
)
VARIANTS["candidate_granule2048"] = _derived("candidate", settings={"index_granularity": "2048"})
VARIANTS["candidate_granule4096"] = _derived("candidate", settings={"index_granularity": "4096"})

VARIANTS["plain"] = {key: value for key, value in VARIANTS["candidate"].items() if key != "settings"}
VARIANTS["plain_granule1024"] = _derived("plain", settings={"index_granularity": "1024"})
VARIANTS["plain_granule4096"] = _derived("plain", settings={"index_granularity": "4096"})
VARIANTS["plain_granule2048"] = _derived("plain", settings={"index_granularity": "2048"})
for _buckets in (2, 3, 4, 7):
    VARIANTS[f"granule2048_buckets{_buckets}"] = _derived(
        "plain",
        settings=BUCKETS
        | {
            "index_granularity": "2048",
            "map_buckets_strategy": "'constant'",
            "max_buckets_in_map": str(_buckets),
        },
    )

for _rows in (1024, 2048, 4096):
    VARIANTS[f"blocks256k_granule{_rows}"] = _derived(
        "plain", settings={"index_granularity": str(_rows), "min_compress_block_size": "262144"}
    )
VARIANTS["fsync"] = _derived("plain", settings={"fsync_after_insert": "1", "fsync_part_directory": "1"})
VARIANTS["promoted"] = _derived("plain", columns=PROMOTED) | {"number": lambda key: f"attr_{key}"}
FACETS = """CREATE TABLE {table}_facets (Day Date, ServiceName LowCardinality(String), Key LowCardinality(String),
Value String, Rows UInt64) ENGINE = SummingMergeTree(Rows) PARTITION BY Day ORDER BY (Day, Key, Value, ServiceName)
SETTINGS non_replicated_deduplication_window = 1000"""
FACETS_VIEW = """CREATE MATERIALIZED VIEW {table}_facets_mv TO {table}_facets AS
SELECT toDate(Timestamp) AS Day, ServiceName, item.1 AS Key, item.2 AS Value, count() AS Rows
FROM {table} ARRAY JOIN arrayFilter(i -> length(i.2) <= 64 AND NOT match(i.2, '[0-9]{4}|^-?[0-9]*[.][0-9]+$'),
arrayZip(mapKeys(LogAttributes), mapValues(LogAttributes))) AS item
GROUP BY Day, ServiceName, Key, Value"""
VARIANTS["facets"] = _derived("plain") | {
    "after": [FACETS, FACETS_VIEW],
    "side_tables": ["{table}_facets"],
    "insert_settings": {"deduplicate_blocks_in_dependent_materialized_views": "1"},
}

# What the store ships, read from its own migrations.
SHIPPED = {
    "ddl": ["0001_otel_logs.sql", "0002_log_facets.sql", "0003_log_facets_view.sql"],
    "item": lambda key, value: (
        f"LogAttributes['{key}'] = '{value}'"
        if re.search(HIGH_ENTROPY, f"{key}={value}")
        else f"has(AttributeItems, '{key}={value}')"
    ),
    "side_tables": ["log_facets"],
    "insert_settings": {"deduplicate_blocks_in_dependent_materialized_views": "1"},
}
VARIANTS["shipped"] = SHIPPED


def create(table, variant):
    """Statements that create the table of a variant."""
    if "ddl" in variant:
        for name in variant["ddl"]:
            text = (SCHEMA / name).read_text()
            yield text.replace("{database}.otel_logs", table).replace("{database}.", "").replace("{retention_days}", "3650")
        return
    columns = BASE | variant.get("columns", {})
    lines = [f"`{name}` {definition}" for name, definition in columns.items()]
    lines += variant.get("indexes", [])
    settings = {
        "ttl_only_drop_parts": "1",
        "non_replicated_deduplication_window": "1000",
    } | variant.get("settings", {})
    yield (
        f"CREATE TABLE {table} (\n  " + ",\n  ".join(lines) + f"\n) ENGINE = MergeTree\n"
        f"PARTITION BY toDate(Timestamp)\nORDER BY {variant.get('order', '(Timestamp)')}\n"
        "TTL toDateTime(Timestamp) + toIntervalDay(3650)\n"
        "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items())
    )
    for statement in variant.get("after", []):
        yield statement.replace("{table}", table)


def side_tables(table, variant):
    return [name.replace("{table}", table) for name in variant.get("side_tables", [])]
