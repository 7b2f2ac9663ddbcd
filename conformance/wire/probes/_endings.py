"""How probes wait for responses to be over."""

import asyncio
from typing import Final

from conformance.wire.examination import Answer, Examination

TERMINAL: Final = frozenset({"completed", "failed", "cancelled", "incomplete"})
PATIENCE: Final = 30
"""Seconds for a response to be over that nobody works on any more, or that is made in the background."""
_STEP: Final = 0.1


async def over(exam: Examination, response_id: str) -> str:
    """Wait until a response is over; return how, `gone` if it is not kept, or where it stands after all."""
    status = ""
    for _ in range(round(PATIENCE / _STEP)):
        read = await exam.send("GET", f"/responses/{response_id}")
        if read.status != 200:  # noqa: PLR2004 - it was not kept, which is an end as well
            return "gone"
        status = str(read["status"])
        if status in TERMINAL:
            break
        await asyncio.sleep(_STEP)
    return status


async def ended(exam: Examination, response_id: str) -> Answer:
    """Wait until a response is over, and return it; one that does not end fails the probe."""
    status = await over(exam, response_id)
    read = await exam.ok("GET", f"/responses/{response_id}")
    exam.expect(status in TERMINAL, f"the response did not end within {PATIENCE} s", read)
    return read
