#!/usr/bin/env python3
"""Measures schema variants of `otel_logs` on a real engine: ingest CPU, disk, queries.

usage: measure.py [--url URL] [--pid PID] [--chunks N] [--out results.json] [--explain] VARIANT...

The engine is one started with engine_host.py, and `native/*.zst` in the working folder holds the events as ClickHouse
Native blocks of 150,000 rows (about 64 MB), one zstd file each; prepare.py makes them. Each variant of variants.py is
created, filled by one INSERT for each file over HTTP, left until its merges are done, and asked each query of
queries.py nine times. CPU is user + system time of the engine process, so merges count; other work on the machine
hardly changes it. The query condition cache is off.
"""

import argparse
import glob
import http.client
import json
import os
import statistics
import sys
import time
import urllib.parse

import queries
import variants

TICKS = os.sysconf("SC_CLK_TCK")


class Engine:
    def __init__(self, url, pid):
        parsed = urllib.parse.urlparse(url)
        self.connection = http.client.HTTPConnection(parsed.hostname, parsed.port, timeout=1800)
        self.pid = pid

    def run(self, sql, body=None, headers=None, **settings):
        """Runs one statement; returns its text and the milliseconds it took. `body` follows the query of an INSERT."""
        parameters = dict(settings)
        data = sql.encode()
        if body is not None:
            parameters["query"] = sql
            data = body
        started = time.perf_counter()
        self.connection.request("POST", "/?" + urllib.parse.urlencode(parameters), data, headers or {})
        response = self.connection.getresponse()
        text = response.read()
        elapsed_ms = (time.perf_counter() - started) * 1000
        if response.status != 200:
            raise RuntimeError(text.decode(errors="replace")[:1500])
        return text.decode(errors="replace"), elapsed_ms

    def cpu(self):
        """CPU seconds of the engine process since its start."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def wait_for_merges(self):
        quiet = 0
        while quiet < 4:
            time.sleep(0.5)
            text, _ = self.run("SELECT count() FROM system.merges")
            quiet = quiet + 1 if text.strip() == "0" else 0


def ingest(engine, table, files, settings):
    before = engine.cpu()
    started = time.time()
    columns = variants.INSERT_COLUMNS
    for number, name in enumerate(files):
        with open(name, "rb") as file:
            body = file.read()
        engine.run(
            f"INSERT INTO {table} ({columns}) FORMAT Native",
            body,
            {"Content-Encoding": "zstd"},
            insert_deduplication_token=f"t{number}",
            **settings,
        )
    inserted = engine.cpu()
    insert_seconds = time.time() - started
    engine.wait_for_merges()
    return {
        "insert_cpu": round(inserted - before, 1),
        "merge_cpu": round(engine.cpu() - inserted, 1),
        "insert_seconds": round(insert_seconds, 1),
    }


def disk(engine, table):
    where = f"database = currentDatabase() AND table = '{table}' AND active"
    whole, _ = engine.run(f"SELECT sum(bytes_on_disk), count(), sum(rows) FROM system.parts WHERE {where} FORMAT TSV")
    total, parts, rows = map(int, whole.split())
    columns, _ = engine.run(
        f"SELECT column, sum(column_data_compressed_bytes) b FROM system.parts_columns WHERE {where} "
        "GROUP BY column HAVING b > 300000 ORDER BY b DESC FORMAT TSV"
    )
    indexes, _ = engine.run(
        "SELECT name, data_compressed_bytes FROM system.data_skipping_indices "
        f"WHERE database = currentDatabase() AND table = '{table}' FORMAT TSV"
    )
    megabytes = lambda text: {k: round(int(v) / 1e6, 1) for k, v in (line.split("\t") for line in text.splitlines())}
    return {
        "disk_mb": round(total / 1e6, 1),
        "parts": parts,
        "rows": rows,
        "columns_mb": megabytes(columns),
        "indexes_mb": megabytes(indexes),
    }


def ask(engine, table, variant, repeat, explain):
    answers = {}
    for name, sql in queries.of(table, variant).items():
        try:
            if explain:
                print(f"--- {name}\n{sql}\n" + engine.run("EXPLAIN indexes = 1, description = 1 " + sql)[0])
            engine.run(sql + " FORMAT TSV", use_query_condition_cache=0)
            cpu = engine.cpu()
            times = []
            for _ in range(repeat):
                text, elapsed_ms = engine.run(sql + " FORMAT TSV", use_query_condition_cache=0)
                times.append(elapsed_ms)
            cpu_ms = (engine.cpu() - cpu) * 1000 / repeat
            answers[name] = {
                "min_ms": round(min(times), 1),
                "median_ms": round(statistics.median(times), 1),
                "max_ms": round(max(times), 1),
                "cpu_ms": round(cpu_ms, 1),
                "rows": text.count("\n"),
                "first": text.split("\n", 1)[0][:60],
            }
        except RuntimeError as error:
            answers[name] = {"error": str(error)[:200]}
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variant", nargs="+")
    parser.add_argument("--url", default="http://127.0.0.1:8199")
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--chunks", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--out", default="results.json")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--only-queries", action="store_true", help="the table is there already")
    parser.add_argument("--no-queries", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave the table")
    options = parser.parse_args()
    engine = Engine(options.url, options.pid)
    files = sorted(glob.glob("native/*.zst"))[: options.chunks]
    for name in options.variant:
        variant = variants.VARIANTS[name]
        table = "v_" + name
        result = {"variant": name, "chunks": len(files)}
        if not options.only_queries:
            engine.run(f"DROP TABLE IF EXISTS {table} SYNC")
            for statement in variants.create(table, variant):
                engine.run(statement)
            result |= ingest(engine, table, files, variant.get("insert_settings", {}))
        result |= disk(engine, table)
        result["also_mb"] = {t: disk(engine, t)["disk_mb"] for t in variants.side_tables(table, variant)}
        if not options.no_queries:
            result["queries"] = ask(engine, table, variant, options.repeat, options.explain)
        with open(options.out, "a") as file:
            file.write(json.dumps(result) + "\n")
        shown = dict(result)
        answers = shown.pop("queries", {})
        print(json.dumps(shown))
        for query, answer in answers.items():
            print(f"  {query:28}", json.dumps(answer))
        sys.stdout.flush()
        if not options.keep:
            engine.run(f"DROP TABLE IF EXISTS {table} SYNC")
            for side in variants.side_tables(table, variant):
                engine.run(f"DROP TABLE IF EXISTS {side} SYNC")


if __name__ == "__main__":
    main()
