"""What the programs here share: a promise is a check; one line each, exit code 1 if one is broken.

They run in an environment of their own (`requirements/agents.txt`) and import nothing of this project.
"""

import asyncio
import inspect
import os
import sys
import traceback

BASE_URL, API_KEY = os.environ["OPENAI_BASE_URL"], os.environ["OPENAI_API_KEY"]
PREFACE = "Echo (no model behind this): "


def keep(*checks):
    """Run them all; answers to the shell."""

    async def run():
        broken = 0
        for check in checks:
            try:
                found = check()
                if inspect.isawaitable(found):
                    await found
                print(f"ok {check.__name__}")
            except Exception:  # noqa: BLE001 - whatever it is, the promise is broken
                broken += 1
                print(f"not ok {check.__name__}\n{traceback.format_exc()}")
        return broken

    sys.exit(1 if asyncio.run(run()) else 0)
