"""Findings are values that can be printed and named again."""

from conformance.contract.findings import Finding, Position, Report, Witness, fingerprint, witness


def test_positions_are_written_as_compilers_do():
    assert Position("a.yaml", 3, 7).text == "a.yaml:3:7"
    assert Position("a.yaml").text == "a.yaml"


def test_a_witness_is_kept_as_it_is_unless_it_is_too_long_to_print():
    value = {"a": [1, "x" * 100, None]}
    kept = witness(value, "base")
    assert kept == Witness(value, "base", "revision")
    assert kept.value is value
    cut = witness({"a": ["x" * 5_000], "b": 1}, "revision")
    assert cut.abbreviated
    assert (cut.accepted_by, cut.refused_by) == ("revision", "base")
    assert cut.value == {"a": [f"{'x' * 20}… (5000 characters)"], "b": 1}
    assert witness([0] * 1000, "base").value == [0] * 20 + ["… (1000 items)"]


def test_a_fingerprint_tells_rules_locations_and_details_apart():
    names = [("a", "", "/x"), ("b", "", "/x"), ("a", "", "/y"), ("a", "request", "/x"), ("a", "", "/x", "d")]
    assert len({fingerprint(*name) for name in names}) == len(names)
    assert all(len(fingerprint(*name)) == 16 for name in names)


def test_a_report_breaks_where_a_finding_is_an_error():
    finding = Finding("type-changed", "warning", "breaking", "m", "/x")
    undecided = Finding("type-changed", "warning", "undecided", "m", "/y")
    report = Report((finding, undecided))
    assert (report.breaking, report.at("warning"), report.undecided) == (
        False,
        (finding, undecided),
        (undecided,),
    )
    assert Report((Finding("type-changed", "error", "breaking", "m", "/x"),)).breaking
