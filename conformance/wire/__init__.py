"""The judge on the wire: examines a running server by what it answers."""
