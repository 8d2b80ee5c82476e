"""Sends GELF with pygelf and graypy: gelf_client.py CLIENT PORT COUNT."""

import logging
import sys

import graypy
import pygelf

client, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
handlers = {
    "pygelf_udp": lambda: pygelf.GelfUdpHandler(
        host="127.0.0.1", port=port, debug=True, include_extra_fields=True, _service="shop"
    ),
    "pygelf_udp_plain": lambda: pygelf.GelfUdpHandler(host="127.0.0.1", port=port, compress=False, chunk_size=8000),
    "pygelf_tcp": lambda: pygelf.GelfTcpHandler(
        host="127.0.0.1", port=port, include_extra_fields=True, _service="shop"
    ),
    "graypy_udp": lambda: graypy.GELFUDPHandler("127.0.0.1", port, localname="node-1", facility="billing"),
    "graypy_tcp": lambda: graypy.GELFTCPHandler("127.0.0.1", port, localname="node-1"),
}
# Otherwise an exception inside of a handler is only printed.
logging.raiseExceptions = False
failures = []
handler = handlers[client]()
handler.handleError = lambda record: failures.append(sys.exc_info()[1])
logger = logging.getLogger("orders")
logger.setLevel(logging.DEBUG)
logger.addHandler(handler)

logger.warning("Grüße 世界 🚀 \"quoted\"\nnext line", extra={"order": {"id": 7}, "user": "ü"})
logger.error("l" + "ö" * 50_000 + "end")
try:
    raise ValueError("boom")
except ValueError:
    logger.exception("it failed")
for number in range(count):
    logger.info("record %d", number)
handler.close()
if failures:
    sys.exit(f"{len(failures)} records were not sent: {failures[0]!r}")
