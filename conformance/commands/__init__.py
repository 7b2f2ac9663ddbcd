"""The subcommands of `conform`, one module each."""
