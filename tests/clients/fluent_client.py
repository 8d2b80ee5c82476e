"""Sends with fluent-logger: fluent_client.py PORT COUNT."""

import sys

from fluent import event, sender

port, count = int(sys.argv[1]), int(sys.argv[2])
logger = sender.FluentSender("python.app", host="127.0.0.1", port=port, nanosecond_precision=True, timeout=60)


def send(sent):
    if not sent:
        sys.exit(f"not sent: {logger.last_error!r}")


time = sender.EventTime(1_767_323_045, 678_901_234)
record = {"message": "Grüße 世界 🚀", "level": "warning", "http": {"status": 503, "tags": ["a", 1]}, "ok": True, "n": 1.5}
send(logger.emit_with_time("first", time, record))
send(logger.emit("large", {"message": "l" + "ö" * 50_000 + "end"}))
for number in range(count):
    send(logger.emit("many", {"message": f"record {number}", "number": number}))
logger.close()
