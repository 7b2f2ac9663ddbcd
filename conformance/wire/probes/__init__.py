"""The probes: `<category>_<topic>.py`, one function each. How to write one stands in docs/probe.md."""
