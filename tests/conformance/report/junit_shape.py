"""What readers of JUnit XML agree on, as a table: Ant's schema, with what Jenkins' adds to it.

No package on PyPI or npm that we use brings the schema along, and it is small: elements, their children, the
attributes they need and may have.
"""

from xml.etree import ElementTree as ET

COUNTS = frozenset({"tests", "failures", "errors", "skipped"})
SHAPE = {
    "testsuites": ({"testsuite"}, COUNTS, {"name", "time", "disabled"}),
    "testsuite": (
        {"testcase"},
        COUNTS | {"name"},
        {"time", "timestamp", "hostname", "id", "package", "file"},
    ),
    "testcase": ({"failure", "error", "skipped"}, {"name", "classname"}, {"time", "file", "line", "group"}),
    "failure": (set(), {"message"}, {"type"}),
    "error": (set(), {"message"}, {"type"}),
    "skipped": (set(), set(), {"message"}),
}
"""Of each element: children, attributes it needs, attributes it may have."""


def faults(text):
    """All that readers might stumble over, each in a line."""
    root = ET.fromstring(text)
    if root.tag != "testsuites":
        yield f"the root is {root.tag}"
    for element in root.iter():
        children, needed, more = SHAPE.get(element.tag, (set(), set(), set()))
        given = set(element.attrib)
        yield from (f"{element.tag} holds {child.tag}" for child in element if child.tag not in children)
        yield from (f"{element.tag} lacks {name}" for name in sorted(needed - given))
        yield from (f"{element.tag} has {name}" for name in sorted(given - needed - more))
        yield from (
            f"{element.tag} counts {element.get(name)} {name}"
            for name in sorted(COUNTS & given)
            if int(element.get(name)) != counted(element, name)
        )


def counted(element, name):
    """How many test cases below an element ended so."""
    tag = {"failures": "failure", "errors": "error"}.get(name, name)
    return sum(name == "tests" or case.find(tag) is not None for case in element.iter("testcase"))
