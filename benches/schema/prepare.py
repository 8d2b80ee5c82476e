#!/usr/bin/env python3
"""Turns generated NDJSON events into the inserts that measure.py sends: native/NN.zst in the working folder.

usage: prepare.py EVENTS.ndjson [--url URL] [--rows 150000]

Each file is one Native block of `--rows` rows in a zstd frame, in the order in which the events arrive, with `IngestId`
counted from 0. Needs an engine started with engine_host.py; leaves its table `events` there.
"""

import argparse
import os
import urllib.parse
import urllib.request

TABLE = """CREATE OR REPLACE TABLE events (Timestamp DateTime64(9), TraceId String, SpanId String, TraceFlags UInt8,
SeverityText LowCardinality(String), SeverityNumber UInt8, ServiceName LowCardinality(String), Body String,
ResourceSchemaUrl LowCardinality(String), ResourceAttributes Map(LowCardinality(String), String),
ScopeSchemaUrl LowCardinality(String), ScopeName String, ScopeVersion LowCardinality(String),
ScopeAttributes Map(LowCardinality(String), String), LogAttributes Map(LowCardinality(String), String),
EventName String, IngestId UInt64) ENGINE = MergeTree ORDER BY IngestId"""
# `duration_ms` is taken as text: an attribute keeps its digits.
FILL = r"""INSERT INTO events SELECT parseDateTime64BestEffort(j.1, 9, 'UTC'), j.2, j.3, 0, j.4,
transform(j.4, ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], [1, 5, 9, 13, 17, 21], 0), j.5, j.6, '',
map('host.name', j.7), '', '', '', map(),
map('http.method', j.8, 'http.status', toString(j.9), 'http.path', j.10, 'duration_ms', duration, 'user_id', j.11,
    'k8s.pod', j.12, 'k8s.namespace', j.13), '', number
FROM (SELECT rowNumberInAllBlocks() AS number, extract(line, '"duration_ms":([0-9.]+)') AS duration,
JSONExtract(line, 'Tuple(timestamp String, trace_id String, span_id String, level String, service String, message String,
host String, `http.method` String, `http.status` UInt16, `http.path` String, user_id String, `k8s.pod` String,
`k8s.namespace` String)') AS j FROM file('{path}', LineAsString, 'line String'))
SETTINGS max_threads = 1, max_insert_threads = 1"""


def ask(url, sql, **settings):
    parameters = urllib.parse.urlencode(settings)
    headers = {"Accept-Encoding": "zstd"} if "enable_http_compression" in settings else {}
    request = urllib.request.Request(f"{url}/?{parameters}", sql.encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events")
    parser.add_argument("--url", default="http://127.0.0.1:8199")
    parser.add_argument("--rows", type=int, default=150_000)
    options = parser.parse_args()
    ask(options.url, TABLE)
    ask(options.url, FILL.replace("{path}", os.path.abspath(options.events)))
    count = int(ask(options.url, "SELECT count() FROM events FORMAT TSV"))
    os.makedirs("native", exist_ok=True)
    for number, first in enumerate(range(0, count, options.rows)):
        block = ask(
            options.url,
            f"SELECT * FROM events WHERE IngestId BETWEEN {first} AND {first + options.rows - 1} ORDER BY IngestId FORMAT Native",
            enable_http_compression=1,
            http_zlib_compression_level=1,
            max_threads=1,
            max_block_size=options.rows,
            preferred_block_size_bytes=0,
        )
        with open(f"native/{number:02}.zst", "wb") as file:
            file.write(block)
    print(f"{count} events in native/")


if __name__ == "__main__":
    main()
