"""Sends with Splunk's Python handlers: splunk_client.py splunk_handler|splunk_hec_handler HOST PORT"""

import concurrent.futures
import json
import logging
import sys

kind, host, port = sys.argv[1:]

MANY = 10_000
MULTI_BYTE = 'Grüße, 世界 🦀 "quoted"\tend'
# This handler makes a connection for each record, so several of them send side by side.
THREADS = 16


def with_splunk_handler():
    from splunk_handler import SplunkHandler

    handler = SplunkHandler(
        host=host,
        port=port,
        token="any",
        index="main",
        hostname="splunk-host",
        source="handler",
        sourcetype="plain",
        protocol="http",
        verify=False,
        flush_interval=0.2,
        queue_size=0,
        retry_count=0,
        timeout=30,
    )
    logger = logging.getLogger("orders")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    for number in range(MANY):
        logger.warning("number %s", number)
    logger.error(MULTI_BYTE)
    logger.info("x" * 100_000)
    logging.shutdown()


def with_splunk_hec_handler():
    from splunk_hec_handler import SplunkHecHandler

    def send(first):
        handler = SplunkHecHandler(
            host, "any", port=int(port), proto="http", source="hec-handler", sourcetype="_json", index="main"
        )
        logger = logging.getLogger(f"orders.{first}")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(handler)
        for number in range(first, MANY, THREADS):
            logger.warning({"message": f"number {number}", "user": number})
        if first == 0:
            logger.error(MULTI_BYTE)
            logger.info("x" * 100_000)

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS)))


{"splunk_handler": with_splunk_handler, "splunk_hec_handler": with_splunk_hec_handler}[kind]()
print(json.dumps({"sent": MANY + 2}))
