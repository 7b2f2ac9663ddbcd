"""Facts about strings: length, pattern, format and content."""

from collections.abc import Iterator

from conformance.contract.facts import Fact, Pair, rule
from conformance.contract.facts.bounds import appeared, differs, fell, rose, vanished


@rule("narrowed", "minLength", mirror="min-length-decreased")
def min_length_increased(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string went up.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from rose(pair, "minLength")


@rule("widened", "minLength", mirror="min-length-increased")
def min_length_decreased(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string went down.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from fell(pair, "minLength")


@rule("narrowed", "minLength", mirror="min-length-removed")
def min_length_added(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "minLength")


@rule("widened", "minLength", mirror="min-length-added")
def min_length_removed(pair: Pair) -> Iterator[Fact]:
    """The minimum length of a string has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "minLength")


@rule("widened", "maxLength", mirror="max-length-decreased")
def max_length_increased(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string went up.

    Responses may now hold values a client never had to expect; requests that were fine stay fine.
    """
    yield from rose(pair, "maxLength")


@rule("narrowed", "maxLength", mirror="max-length-increased")
def max_length_decreased(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string went down.

    Requests that kept the old bound may now be refused; responses stay within what was promised.
    """
    yield from fell(pair, "maxLength")


@rule("narrowed", "maxLength", mirror="max-length-removed")
def max_length_added(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string has a bound where it had none.

    Requests beyond the new bound are now refused; a bound in a response only promises more.
    """
    yield from appeared(pair, "maxLength")


@rule("widened", "maxLength", mirror="max-length-added")
def max_length_removed(pair: Pair) -> Iterator[Fact]:
    """The maximum length of a string has no bound any more.

    Responses may now go beyond the old bound; requests are freer than before.
    """
    yield from vanished(pair, "maxLength")


@rule("narrowed", "pattern", mirror="pattern-removed")
def pattern_added(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was added.

    Requests that ignore it are now refused; a response only promises more.
    """
    yield from appeared(pair, "pattern")


@rule("widened", "pattern", mirror="pattern-added")
def pattern_removed(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was removed.

    Responses may now break it; requests are freer than before.
    """
    yield from vanished(pair, "pattern")


@rule("changed", "pattern", no_mirror="changing back is the same fact")
def pattern_changed(pair: Pair) -> Iterator[Fact]:
    """The pattern of a string was changed.

    Whether the new one is stricter, laxer or neither is for containment to say.
    """
    yield from differs(pair, "pattern")


@rule("narrowed", "format", mirror="format-removed")
def format_added(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was added.

    A format is a hint to most validators and a type to code generators: containment counts it as a hint.
    """
    yield from appeared(pair, "format")


@rule("widened", "format", mirror="format-added")
def format_removed(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was removed.

    A format is a hint to most validators and a type to code generators: containment counts it as a hint.
    """
    yield from vanished(pair, "format")


@rule("changed", "format", no_mirror="changing back is the same fact")
def format_changed(pair: Pair) -> Iterator[Fact]:
    """The format of a string or number was changed.

    Code generators make another type of it, although most validators accept the same values.
    """
    yield from differs(pair, "format")


@rule("narrowed", "contentEncoding", mirror="content-encoding-removed")
def content_encoding_added(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was added.

    The reader now decodes what it took as text.
    """
    yield from appeared(pair, "contentEncoding")


@rule("widened", "contentEncoding", mirror="content-encoding-added")
def content_encoding_removed(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was removed.

    The reader no longer decodes what was encoded.
    """
    yield from vanished(pair, "contentEncoding")


@rule("changed", "contentEncoding", no_mirror="changing back is the same fact")
def content_encoding_changed(pair: Pair) -> Iterator[Fact]:
    """The encoding of binary content in a string was changed.

    Old writers encode one way, new readers decode another.
    """
    yield from differs(pair, "contentEncoding")


@rule("narrowed", "contentMediaType", mirror="content-media-type-removed")
def content_media_type_added(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was added.

    The content of the string now has a declared form.
    """
    yield from appeared(pair, "contentMediaType")


@rule("widened", "contentMediaType", mirror="content-media-type-added")
def content_media_type_removed(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was removed.

    The content of the string no longer has a declared form.
    """
    yield from vanished(pair, "contentMediaType")


@rule("changed", "contentMediaType", no_mirror="changing back is the same fact")
def content_media_type_changed(pair: Pair) -> Iterator[Fact]:
    """The media type of content in a string was changed.

    Reader and writer understand the content differently.
    """
    yield from differs(pair, "contentMediaType")


@rule("narrowed", "contentSchema", mirror="content-schema-removed")
def content_schema_added(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was added.

    The content of the string now has a declared shape.
    """
    yield from appeared(pair, "contentSchema")


@rule("widened", "contentSchema", mirror="content-schema-added")
def content_schema_removed(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was removed.

    The content of the string no longer has a declared shape.
    """
    yield from vanished(pair, "contentSchema")


@rule("changed", "contentSchema", no_mirror="changing back is the same fact")
def content_schema_changed(pair: Pair) -> Iterator[Fact]:
    """The schema of content in a string was changed.

    Reader and writer expect another shape of the content.
    """
    yield from differs(pair, "contentSchema")
