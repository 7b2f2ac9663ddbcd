"""The score as a badge: an SVG of its own, no service asked."""

from typing import Final
from xml.sax.saxutils import escape

from conformance.report import Style
from conformance.report.examination import Report

_COLORS: Final = ((100, "#2da44e"), (90, "#8a9a1c"), (70, "#bf8700"), (0, "#cf222e"))
_LABEL: Final = "wire conformance"
_WIDE: Final = 6.6
"""Width of a character in units of the drawing, at 11 points."""


def render(report: Report, _: Style) -> str:
    """Write an SVG."""
    score = report["score"]
    # 100 is not for a run in which anything failed, even where it costs less than a tenth of a per cent.
    color = next(color for least, color in _COLORS if score >= least)
    text = escape(f"{score:.1f} %")
    left, right = (round(len(words) * _WIDE + 12) for words in (_LABEL, text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img"'
        f' aria-label="{_LABEL}: {text}"><title>{_LABEL}: {text}</title>'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#444c56"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{color}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"'
        ' text-anchor="middle">'
        f'<text x="{left / 2}" y="14">{_LABEL}</text>'
        f'<text x="{left + right / 2}" y="14">{text}</text></g></svg>\n'
    )
