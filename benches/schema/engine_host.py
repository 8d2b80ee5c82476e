#!/usr/bin/env python3
"""Runs the engine library as a bare ClickHouse server, for measurements only (no users, no limits).

usage: engine_host.py LIBRARY DATA_DIR HTTP_PORT
"""

import ctypes
import os
import sys

CONFIG = """<clickhouse>
  <path>{data}/</path>
  <tmp_path>{data}/tmp/</tmp_path>
  <listen_host>127.0.0.1</listen_host>
  <http_port>{port}</http_port>
  <users_config>{data}/users.xml</users_config>
  <logger><level>warning</level><log>{data}/engine.log</log></logger>
  <mark_cache_size>268435456</mark_cache_size>
  <query_log><database>system</database><table>query_log</table>
    <flush_interval_milliseconds>3600000</flush_interval_milliseconds></query_log>
  <merge_tree><old_parts_lifetime>1</old_parts_lifetime></merge_tree>
</clickhouse>
"""
USERS = """<clickhouse>
  <profiles><default><log_queries>1</log_queries></default></profiles>
  <quotas><default></default></quotas>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota></default></users>
</clickhouse>
"""


class Result(ctypes.Structure):
    _fields_ = [
        ("buffer", ctypes.c_void_p),
        ("length", ctypes.c_size_t),
        ("vector", ctypes.c_void_p),
        ("elapsed", ctypes.c_double),
        ("rows", ctypes.c_uint64),
        ("bytes", ctypes.c_uint64),
        ("error", ctypes.c_char_p),
    ]


def main():
    library, data, port = sys.argv[1:4]
    data = os.path.abspath(data)
    os.makedirs(data, exist_ok=True)
    with open(os.path.join(data, "config.xml"), "w") as file:
        file.write(CONFIG.format(data=data, port=port))
    with open(os.path.join(data, "users.xml"), "w") as file:
        file.write(USERS)
    engine = ctypes.CDLL(library)
    engine.query_stable_v2.restype = ctypes.POINTER(Result)
    wait = (
        "SYSTEM START LISTEN HTTP; SELECT sleepEachRow(3) FROM system.numbers FORMAT Null "
        "SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1"
    )
    arguments = [b"clickhouse", f"--config-file={data}/config.xml".encode(), f"--query={wait}".encode()]
    array = (ctypes.c_char_p * len(arguments))(*arguments)
    result = engine.query_stable_v2(len(arguments), array)
    error = result.contents.error if result else None
    sys.exit(error.decode() if error else 0)


if __name__ == "__main__":
    main()
