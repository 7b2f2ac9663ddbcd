"""The report as JSON, of the shape that `conformance/wire/report.schema.json` publishes."""

import json

from conformance.report import Style
from conformance.report.examination import Report


def render(report: Report, _: Style) -> str:
    """Write the report as indented JSON with a newline at the end."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
