"""Facts about messages: request bodies, responses, media types and response headers."""

from collections.abc import Iterator

from conformance.contract.facts import Effect, Fact, rule
from conformance.contract.facts.sides import at, both, changed, harm, only_base, only_revision, turned
from conformance.contract.pairing import Thing, covers, normal_media


@rule("harmless", subject="body", mirror="request-body-removed")
def request_body_added(thing: Thing) -> Iterator[Fact]:
    """An operation has a request body that it did not have.

    A required one breaks every request, since none sends it.
    """
    side = only_revision(thing)
    if side:
        required = side.get("required") is True
        message = f"a request body was added, and is {'required' if required else 'optional'}"
        yield Fact(
            message, thing.operation.there.pointer, side.pointer, effect="broken" if required else "harmless"
        )


@rule("broken", subject="body", mirror="request-body-added")
def request_body_removed(thing: Thing) -> Iterator[Fact]:
    """An operation no longer has a request body.

    What clients send in it is ignored or refused.
    """
    side = only_base(thing)
    if side:
        yield Fact("the request body was removed", side.pointer, thing.operation.there.pointer)


@rule("broken", subject="body", mirror="request-body-became-optional")
def request_body_became_required(thing: Thing) -> Iterator[Fact]:
    """A request body that could be left out must now be sent.

    Requests without it are refused.
    """
    yield from turned(thing, "required", False, "the request body became required", harm(thing, "request"))


@rule("harmless", subject="body", mirror="request-body-became-required")
def request_body_became_optional(thing: Thing) -> Iterator[Fact]:
    """A request body that had to be sent may now be left out.

    Requests that send it stay fine.
    """
    yield from turned(thing, "required", True, "the request body became optional", harm(thing, "response"))


def _holder(thing: Thing, *, base: bool) -> str:
    side = thing.operation.base if base else thing.operation.revision
    return side.pointer if side else ""


@rule("harmless", subject="media", mirror="media-type-removed")
def media_type_added(thing: Thing) -> Iterator[Fact]:
    """A message may be in a media type that it could not be in.

    Clients that send or ask for the old one stay fine.
    """
    side = only_revision(thing)
    if side:
        message = f"the media type {thing.media_type!r} was added"
        yield Fact(message, _holder(thing, base=True), side.pointer, thing.media_type)


@rule("broken", subject="media", mirror="media-type-added")
def media_type_removed(thing: Thing) -> Iterator[Fact]:
    """A message is no longer to be had in a media type.

    Requests in it are refused; clients that can read only it are left without an answer.
    """
    side = only_base(thing)
    if side:
        message = f"the media type {thing.media_type!r} was removed"
        yield Fact(message, side.pointer, _holder(thing, base=False), thing.media_type)


def _spelt(thing: Thing, froms: bool, tos: bool) -> Iterator[Fact]:
    """State how a media type that was paired by range or kin is written now."""
    sides = both(thing)
    if sides and thing.base_name and normal_media(thing.base_name) != normal_media(thing.media_type):
        wider = covers(thing.media_type, thing.base_name), covers(thing.base_name, thing.media_type)
        if wider == (froms, tos):
            message = f"the media type {thing.base_name!r} is written {thing.media_type!r} now"
            harmful = (thing.direction == "response" and wider == (True, False)) or (
                thing.direction == "request" and wider == (False, True)
            )
            yield Fact(message, *at(sides), effect="broken" if harmful else "harmless")


@rule("harmless", subject="media", mirror="media-type-specialised")
def media_type_generalised(thing: Thing) -> Iterator[Fact]:
    """A media type became a wider range, or lost what made it special.

    A reader of responses may get what it cannot read; a writer of requests stays fine.
    """
    yield from _spelt(thing, froms=True, tos=False)


@rule("harmless", subject="media", mirror="media-type-generalised")
def media_type_specialised(thing: Thing) -> Iterator[Fact]:
    """A media type became a narrower range, or one kind of what it was: `application/problem+json` is JSON.

    A writer of requests may be refused; a reader of responses gets what it could read.
    """
    yield from _spelt(thing, froms=False, tos=True)


@rule("harmless", subject="media", mirror="media-schema-removed")
def media_schema_added(thing: Thing) -> Iterator[Fact]:
    """A message has a schema where it had none.

    Requests were free and may now be refused; a response only promises more.
    """
    sides = both(thing)
    if sides and "schema" not in sides[0].value and "schema" in sides[1].value:
        effect: Effect = "broken" if thing.direction == "request" else "harmless"
        places = (sides[0].pointer, f"{sides[1].pointer}/schema")
        yield Fact(f"{thing.media_type} has a schema now", *places, effect=effect)


@rule("harmless", subject="media", mirror="media-schema-added")
def media_schema_removed(thing: Thing) -> Iterator[Fact]:
    """A message has no schema any more.

    A response may be anything from now on, though most servers go on sending what they sent.
    """
    sides = both(thing)
    if sides and "schema" in sides[0].value and "schema" not in sides[1].value:
        effect: Effect = "risky" if thing.direction == "response" else "harmless"
        places = (f"{sides[0].pointer}/schema", sides[1].pointer)
        yield Fact(f"{thing.media_type} has no schema any more", *places, effect=effect)


@rule("risky", subject="media", no_mirror="changing back is the same fact")
def encoding_changed(thing: Thing) -> Iterator[Fact]:
    """The parts of a form are written in another way.

    A server may no longer find or understand a part that clients send as before.
    """
    yield from changed(thing, "encoding", "the encoding of the form changed")


@rule("harmless", subject="response", mirror="response-removed")
def response_added(thing: Thing) -> Iterator[Fact]:
    """An operation may answer with a status that it did not answer with.

    Clients that treat a status by its class, as HTTP asks of them, know what to do.
    """
    side = only_revision(thing)
    if side:
        yield Fact(
            f"the status {thing.status} was added", _holder(thing, base=True), side.pointer, thing.status
        )


@rule("harmless", subject="response", mirror="response-added")
def response_removed(thing: Thing) -> Iterator[Fact]:
    """An operation no longer answers with a status.

    For a success, clients wait for an answer that no longer comes; an error less hurts nobody.
    """
    side = only_base(thing)
    if side:
        success = thing.status[:1] in "23"
        message = f"the status {thing.status} was removed"
        effect: Effect = "broken" if success else "harmless"
        yield Fact(message, side.pointer, _holder(thing, base=False), thing.status, effect=effect)


@rule("harmless", subject="header", mirror="response-header-removed")
def response_header_added(thing: Thing) -> Iterator[Fact]:
    """A response has a header that it did not have.

    Clients that do not know it ignore it.
    """
    side = only_revision(thing)
    if side:
        effect = harm(thing, "request") if side.get("required") is True else "harmless"
        message = f"the header {thing.name!r} was added"
        yield Fact(message, _holder(thing, base=True), side.pointer, thing.name, effect=effect)


@rule("risky", subject="header", mirror="response-header-added")
def response_header_removed(thing: Thing) -> Iterator[Fact]:
    """A response no longer has a header.

    Clients were promised it where it was required; where it was optional they may still look for it.
    """
    side = only_base(thing)
    if side:
        required = side.get("required") is True
        message = f"the {'required' if required else 'optional'} header {thing.name!r} was removed"
        effect: Effect = harm(thing, "response") if required else "risky"
        yield Fact(message, side.pointer, _holder(thing, base=False), thing.name, effect=effect)


@rule("harmless", subject="header", mirror="response-header-became-optional")
def response_header_became_required(thing: Thing) -> Iterator[Fact]:
    """A response header that could be absent is always there.

    Clients may rely on more.
    """
    yield from turned(
        thing, "required", False, f"the header {thing.name!r} is always sent now", harm(thing, "request")
    )


@rule("broken", subject="header", mirror="response-header-became-required")
def response_header_became_optional(thing: Thing) -> Iterator[Fact]:
    """A response header that was always there may be absent.

    Clients that rely on it fail on the first response without it.
    """
    yield from turned(
        thing, "required", True, f"the header {thing.name!r} may be absent now", harm(thing, "response")
    )
