"""Makes one call of OTLP over gRPC with the bytes of standard input as its message.

usage: otlp_grpc.py HOST:PORT METHOD none|gzip

Prints what came of it as JSON: code, details, answer (hex), and the retry delay in seconds of the status's details.
"""

import json
import sys

import grpc
from google.rpc import error_details_pb2, status_pb2

ADDRESS, METHOD, COMPRESSION = sys.argv[1:4]
compression = grpc.Compression.Gzip if COMPRESSION == "gzip" else grpc.Compression.NoCompression
options = [("grpc.max_send_message_length", -1)]
with grpc.insecure_channel(ADDRESS, options=options, compression=compression) as channel:
    try:
        answer = channel.unary_unary(METHOD)(sys.stdin.buffer.read(), timeout=60)
        outcome = {"code": "OK", "answer": answer.hex()}
    except grpc.RpcError as error:
        outcome = {"code": error.code().name, "details": error.details(), "kinds": []}
        for key, value in error.trailing_metadata() or ():
            if key == "google.rpc.retryinfo-bin":
                outcome["retry_info_seconds"] = error_details_pb2.RetryInfo.FromString(value).retry_delay.seconds
            if key == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                outcome["message"] = status.message
                for detail in status.details:
                    outcome["kinds"].append(detail.type_url.rpartition("/")[2])
                    retry = error_details_pb2.RetryInfo()
                    if detail.Unpack(retry):
                        outcome["retry_seconds"] = retry.retry_delay.seconds
print(json.dumps(outcome))
