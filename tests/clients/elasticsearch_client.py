"""Sends with the official Python client: elasticsearch_client.py MAJOR_VERSION URL"""

import importlib
import json
import sys

version, url = sys.argv[1:]
client_module = importlib.import_module(f"elasticsearch{version}")
helpers = importlib.import_module(f"elasticsearch{version}.helpers")

MANY = 10_000
MULTI_BYTE = 'Grüße, 世界 🦀 "quoted"\tend'

client = client_module.Elasticsearch(url, http_compress=True, request_timeout=60)
info = client.info()
report = {"cluster": info["cluster_name"], "ping": client.ping()}
report["exists"] = bool(client.indices.exists(index=f"web-{version}"))
client.indices.put_index_template(name="web", index_patterns=["web-*"], template={"mappings": {}})
client.indices.create(index=f"web-{version}")
report["health"] = client.cluster.health()["status"]


def documents(kind):
    for number in range(MANY):
        yield {
            "_op_type": "create",
            "_index": f"web-{version}",
            "@timestamp": f"2026-01-02T03:04:{number % 60:02}.{number:06}Z",
            "message": f"{kind} number {number}",
            "log": {"level": "warn"},
            "service": {"name": f"{kind}-{version}"},
            "host": {"name": "es-host"},
            "number": number,
        }


ok, errors = helpers.bulk(client, documents("bulk"))
report["bulk"] = [ok, len(errors)]
report["streaming"] = sum(ok for ok, _ in helpers.streaming_bulk(client, documents("streaming"), chunk_size=333))

special = [
    {"_index": "web-special", "_id": f"id-{version}", "message": MULTI_BYTE, "service.name": f"special-{version}"},
    {"_index": "web-special", "message": "x" * 100_000, "service.name": f"large-{version}"},
]
report["special"] = helpers.bulk(client, special)[0]

mixed = [
    {"_op_type": "index", "_index": "web-mixed", "message": "fine", "service": f"mixed-{version}"},
    {"_op_type": "delete", "_index": "web-mixed", "_id": "1"},
    {"_op_type": "update", "_index": "web-mixed", "_id": "1", "doc": {"message": "changed"}},
]
ok, errors = helpers.bulk(client, mixed, raise_on_error=False)
report["mixed"] = [ok, [[action, item["status"]] for error in errors for action, item in error.items()]]
report["single"] = client.index(index="web-single", document={"message": "one", "service": f"single-{version}"})["result"]
client.indices.refresh(index="web-single")
print(json.dumps(report))
