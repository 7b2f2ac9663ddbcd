"""What an image counts: by tiles of 512 pixels or patches of 32, as the model's family does it.

The figures are those of the public guide to images and vision; models not listed count as gpt-4o does.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.tokens.image_sizes import Size, size_of
from handlers.tokens.vocabularies import family

UNKNOWN = Size(1024, 1024)
"""An image known by URL or file id only is not fetched to be measured: it counts as one of this size."""
LONGEST, SHORTEST, TILE = 2048, 768, 512
PATCH, MOST_PATCHES = 32, 1536


@dataclass(frozen=True, slots=True)
class Tiles:
    """`base` for any image, which is all that low detail costs, and `each` for a tile of 512 x 512."""

    base: int
    each: int

    def count(self, size: Size, *, low: bool) -> int:
        """Scaled into 2048 x 2048, then so that the shorter side has at most 768 pixels, then tiled."""
        if low:
            return self.base
        scale = min(1.0, LONGEST / max(size.width, size.height))
        scale = min(scale, SHORTEST / min(size.width, size.height))
        across, down = (math.ceil(round(side * scale, 6) / TILE) for side in (size.width, size.height))
        return self.base + self.each * across * down


@dataclass(frozen=True, slots=True)
class Patches:
    """Patches of 32 x 32 pixels, at most 1,536, times a factor; the detail asked for makes no difference."""

    factor: float

    def count(self, size: Size, *, low: bool) -> int:  # noqa: ARG002 - as documented: no difference
        """Larger images are scaled down until their whole patches are few enough."""
        width, height = size.width, size.height
        patches = math.ceil(width / PATCH) * math.ceil(height / PATCH)
        if patches > MOST_PATCHES:
            scale = math.sqrt(PATCH**2 * MOST_PATCHES / (width * height))
            across, down = width * scale / PATCH, height * scale / PATCH
            scale *= min(max(1, math.floor(across)) / across, max(1, math.floor(down)) / down)
            patches = max(1, round(width * scale / PATCH)) * max(1, round(height * scale / PATCH))
        return math.ceil(min(patches, MOST_PATCHES) * self.factor)


DEFAULT = Tiles(85, 170)
FAMILIES: tuple[tuple[tuple[str, ...], Tiles | Patches], ...] = (
    (("gpt-4o-mini",), Tiles(2833, 5667)),
    (("gpt-4.1-mini", "gpt-5-mini"), Patches(1.62)),
    (("gpt-4.1-nano", "gpt-5-nano"), Patches(2.46)),
    (("o4-mini",), Patches(1.72)),
    (("gpt-5",), Tiles(70, 140)),
    (("o1", "o3"), Tiles(75, 150)),
    (("computer-use-preview",), Tiles(65, 129)),
)
"""Beginnings of model names, in the order they are tried."""


def count(part: Mapping[str, Any], model: str) -> int:
    """One image part, an item's or a chat message's."""
    image = part.get("image_url")
    given = image if isinstance(image, Mapping) else {"url": image, "detail": part.get("detail")}
    size = size_of(given.get("url") or "") or UNKNOWN
    return _rule(model).count(size, low=given.get("detail") == "low")


def _rule(model: str) -> Tiles | Patches:
    name = family(model)
    return next((rule for beginnings, rule in FAMILIES if name.startswith(beginnings)), DEFAULT)
