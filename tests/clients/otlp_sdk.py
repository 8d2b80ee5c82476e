"""Sends logs or traces with OpenTelemetry's own SDK.

usage: otlp_sdk.py logs|traces grpc|http ENDPOINT none|gzip COUNT

Prints the trace id (for traces) as the only line. Exits with 1 when any export failed.
"""

import logging
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

SIGNAL, PROTOCOL, ENDPOINT, COMPRESSION, COUNT = *sys.argv[1:5], int(sys.argv[5])
LARGE = "x" * 100_000
WORDS = "Käse 日本語 🦀"

if PROTOCOL == "grpc":
    import grpc

    compression = grpc.Compression.Gzip if COMPRESSION == "gzip" else grpc.Compression.NoCompression
    options = {"endpoint": ENDPOINT, "insecure": True, "compression": compression}
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    compression = Compression.Gzip if COMPRESSION == "gzip" else Compression.NoCompression
    options = {"endpoint": f"{ENDPOINT}/v1/{SIGNAL}", "compression": compression}

failures = []


def watched(exporter):
    """Notes the exports that failed: the processors only log them."""
    export = exporter.export

    def noting(batch):
        result = export(batch)
        if result.name != "SUCCESS":
            failures.append(result)
        return result

    exporter.export = noting
    return exporter


def fail():
    raise OSError(f"disk of {WORDS} is full")


def send_logs():
    from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider(resource=resource)
    provider.add_log_record_processor(BatchLogRecordProcessor(watched(OTLPLogExporter(**options)), max_queue_size=COUNT))
    logger = logging.getLogger("shop.cart")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(LoggingHandler(logger_provider=provider))
    for number in range(COUNT - 3):
        logger.info("order %d is %s", number, WORDS, extra={"n": number})
    logger.warning(LARGE, extra={"n": COUNT - 3})
    try:
        fail()
    except OSError:
        logger.exception("it failed", extra={"n": COUNT - 2})
    with trace.use_span(trace.NonRecordingSpan(SpanContext(0xABC, 0xDEF, False, TraceFlags(1)))):
        logger.error("within a span", extra={"n": COUNT - 1})
    provider.shutdown()


def send_traces():
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(watched(OTLPSpanExporter(**options)), max_queue_size=COUNT))
    tracer = provider.get_tracer("shop.tracer", "1.2.3", attributes={"kind": "test"})
    other = SpanContext(0xABC, 0xDEF, True, TraceFlags(1))
    with tracer.start_as_current_span("root", kind=SpanKind.SERVER, links=[Link(other, {"why": WORDS})]) as root:
        print(f"{root.get_span_context().trace_id:032x}")
        for number in range(COUNT - 3):
            with tracer.start_as_current_span(f"step {number % 10}", attributes={"n": number, "text": WORDS}):
                pass
        with tracer.start_as_current_span("large", attributes={"body": LARGE, "list": ["a", "b"], "ratio": 0.5}) as span:
            span.add_event("cache miss", {"key": WORDS})
            span.set_status(Status(StatusCode.OK))
        try:
            with tracer.start_as_current_span("failing", kind=SpanKind.CLIENT):
                fail()
        except OSError:
            pass
    provider.shutdown()


resource = Resource.create({"service.name": "shop", "host.name": "node-é"})
{"logs": send_logs, "traces": send_traces}[SIGNAL]()
sys.exit(1 if failures else 0)
