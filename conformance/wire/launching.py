"""Starts the server that is examined, beside a fake model; kills it and starts it again."""


class Launched:
    """Placeholder until the process is written."""
