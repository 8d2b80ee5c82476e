"""Sends to Loki's push path: loki_client.py logging|protobuf URL

`logging` is python-logging-loki. `protobuf` writes the messages of Loki's push.proto with Google's protobuf library and
packs them with Snappy, as Promtail, Alloy and Fluent Bit do.
"""

import concurrent.futures
import json
import logging
import sys
import urllib.request

kind, url = sys.argv[1:]

MANY = 10_000
MULTI_BYTE = 'Grüße, 世界 🦀 "quoted"\tend'
# python-logging-loki makes a request for each record, so several of its handlers send side by side.
THREADS = 16


def with_logging():
    import logging_loki

    failures = []
    logging_loki.LokiHandler.handleError = lambda self, record: failures.append(str(sys.exc_info()[1]))

    def send(first):
        handler = logging_loki.LokiHandler(
            url=f"{url}/loki/api/v1/push", tags={"application": "loki-logging", "region": "eu"}, version="1"
        )
        logger = logging.getLogger(f"orders.{first}")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(handler)
        for number in range(first, MANY, THREADS):
            logger.info("number %s", number)
        if first == 0:
            logger.error(MULTI_BYTE, extra={"tags": {"special": "yes"}})
            logger.warning("x" * 100_000)

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))
    return {"failures": failures[:3]}


def messages():
    """`PushRequest` and what it is made of."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

    file = descriptor_pb2.FileDescriptorProto(
        name="push.proto", package="logproto", syntax="proto3", dependency=["google/protobuf/timestamp.proto"]
    )
    text, message, repeated = 9, 11, 3

    def add(name, *fields):
        described = file.message_type.add(name=name)
        for field, number, kind, type_name, label in fields:
            described.field.add(name=field, number=number, type=kind, type_name=type_name, label=label)

    add("LabelPairAdapter", ("name", 1, text, None, 1), ("value", 2, text, None, 1))
    add(
        "EntryAdapter",
        ("timestamp", 1, message, ".google.protobuf.Timestamp", 1),
        ("line", 2, text, None, 1),
        ("structuredMetadata", 3, message, ".logproto.LabelPairAdapter", repeated),
    )
    add(
        "StreamAdapter",
        ("labels", 1, text, None, 1),
        ("entries", 2, message, ".logproto.EntryAdapter", repeated),
        ("hash", 3, 4, None, 1),
    )
    add("PushRequest", ("streams", 1, message, ".logproto.StreamAdapter", repeated))
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("logproto.PushRequest"))


def with_protobuf():
    import cramjam

    request_class = messages()
    statuses = set()

    def send(request):
        body = bytes(cramjam.snappy.compress_raw(request.SerializeToString()))
        headers = {"Content-Type": "application/x-protobuf", "X-Scope-OrgID": "1"}
        call = urllib.request.Request(f"{url}/loki/api/v1/push", data=body, headers=headers, method="POST")
        with urllib.request.urlopen(call, timeout=60) as answer:
            statuses.add(answer.status)

    for start in range(0, MANY, 1000):
        request = request_class()
        stream = request.streams.add(labels='{job="varlogs", app="loki-protobuf", filename="/var/log/a.log"}', hash=start)
        for number in range(start, start + 1000):
            entry = stream.entries.add(line=f"level=warn number={number}")
            entry.timestamp.seconds = 1_767_323_045
            entry.timestamp.nanos = number
            entry.structuredMetadata.add(name="trace_id", value="0af7651916cd43dd8448eb211c80319c")
            entry.structuredMetadata.add(name="user", value=str(number))
        send(request)
    request = request_class()
    stream = request.streams.add(labels='{service_name="loki-special", level="error"}')
    for line in (MULTI_BYTE, "x" * 100_000):
        stream.entries.add(line=line).timestamp.GetCurrentTime()
    send(request)
    return {"statuses": sorted(statuses)}


print(json.dumps({"logging": with_logging, "protobuf": with_protobuf}[kind]()))
