"""Exchanges with a model endpoint as files, and how a request finds its own: see `docs/replay.md`."""
