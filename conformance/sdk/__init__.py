"""The official Python SDK's own tests, run unchanged against any server."""
