"""The pair that facts about whole documents are stated of."""

import dataclasses

from conformance.contract.pairing import Side


@dataclasses.dataclass(frozen=True, eq=False)
class Documents:
    """Both documents at their roots."""

    base: Side
    revision: Side
