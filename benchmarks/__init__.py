"""Throughput and latency over loopback, beside the floor: the same work without storing anything."""
