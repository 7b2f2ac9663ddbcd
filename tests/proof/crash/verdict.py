"""Holds what is there against what was acknowledged. Every line it answers is a broken promise."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from tests.proof.crash.found import Found
from tests.proof.crash.journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal, Write, members, texts_of

Law = Callable[[Journal, Found], Iterator[str]]


def judge(journal: Journal, found: Found) -> list[str]:
    """Everything that is wrong."""
    return [f"{law.__name__}: {line}" for law in LAWS for line in law(journal, found)]


def gone_or_going(journal: Journal) -> set[str]:
    """What somebody asked to delete, and was not refused."""
    return {each.path for each in journal.writes if each.kind == "delete" and each.outcome != REFUSED}


def acknowledged_is_there(journal: Journal, found: Found) -> Iterator[str]:
    """Every acknowledged object, byte for byte as it was acknowledged."""
    deleted = gone_or_going(journal)
    updates = defaultdict(list)
    for write in journal.writes:
        if write.kind == "update" and write.outcome != REFUSED:
            updates[write.path].append(write)
    for write in journal.writes:
        if write.outcome != ACKNOWLEDGED or write.path in deleted:
            continue
        if write.kind in {"create", "chat", "turn"} and found.answers.get(write.path) is None:
            yield f"{write.path} was acknowledged and is not there"
        elif write.kind == "create":
            yield from changed(write, updates[write.path], found)
        elif write.kind == "chat":
            yield from stored_chat(write, found)
        elif write.kind == "turn" and not write.background:
            yield from response(write, found)


def response(write: Write, found: Found) -> Iterator[str]:
    """A response is as its answer, or its stream's last event, had it."""
    if json.loads(found.answers[write.path] or "") != json.loads(write.answer):
        yield f"{write.path} is not what was acknowledged"


def changed(write: Write, updates: Sequence[Write], found: Found) -> Iterator[str]:
    """A conversation is as its last acknowledged change left it, or as a later one wanted it."""
    wanted = [write.answer]
    for update in updates:
        if update.outcome == ACKNOWLEDGED:
            wanted = [update.answer]
        else:
            before = json.dumps(json.loads(write.answer)["metadata"], separators=(",", ":"))
            after = json.dumps(update.metadata, separators=(",", ":"))
            wanted.append(write.answer.replace(before, after))
    if found.answers[write.path] not in wanted:
        yield f"{write.path} is {found.answers[write.path]!r}, not {' or '.join(map(repr, wanted))}"


def stored_chat(write: Write, found: Found) -> Iterator[str]:
    """A completion has all that was acknowledged, and its metadata."""
    there = json.loads(found.answers[write.path] or "")
    if there | json.loads(write.answer) != there or there["metadata"] != write.metadata:
        yield f"{write.path} is not what was acknowledged"


def acknowledged_items_are_there(journal: Journal, found: Found) -> Iterator[str]:
    """Items of appends and of turns in conversations, byte for byte as they were acknowledged."""
    there = {conversation: set(items) for conversation, items in found.items.items()}
    for write in journal.writes:
        if write.outcome != ACKNOWLEDGED or write.conversation not in there or write.background:
            continue
        answer = json.loads(write.answer)
        if write.kind == "append":
            missing = [one for one in members(write.answer) if one not in there[write.conversation]]
        elif write.kind == "turn":
            kept = [json.loads(one) for one in there[write.conversation]]
            missing = [one for one in answer["output"] if one not in kept]
        else:
            continue
        for one in missing:
            yield f"in {write.conversation} is not what was acknowledged: {one}"


def writes_are_whole_or_absent(journal: Journal, found: Found) -> Iterator[str]:
    """All items of a write, next to each other and in its order, or none of them."""
    places = {
        conversation: {texts_of(item): place for place, item in enumerate(items)}
        for conversation, items in found.items.items()
    }
    for write in journal.writes:
        if write.kind not in {"create", "append", "turn"} or write.conversation not in places:
            continue
        texts = write.turned if write.kind == "turn" else write.texts
        if not texts:
            continue
        at = [places[write.conversation].get(text) for text in texts]
        whole = None not in at and all(two == one + 1 for one, two in pairwise(at))
        if not whole and (write.kind == "create" or any(place is not None for place in at)):
            yield f"{write.kind} in {write.conversation} is there in part: {texts} at {at}"
        elif write.outcome == REFUSED and whole:
            yield f"{write.kind} in {write.conversation} was refused ({write.status}) and is there: {texts}"
        elif not whole and write.outcome == ACKNOWLEDGED and not write.background:
            yield f"{write.kind} in {write.conversation} was acknowledged and is not there: {texts}"
        if write.kind == "turn" and (answer := found.answers.get(write.path)):
            completed = json.loads(answer)["status"] == "completed"
            if completed != whole:
                yield f"{write.path} is {json.loads(answer)['status']}, but its turn is at {at}"


def what_is_created_is_whole(journal: Journal, found: Found) -> Iterator[str]:
    """What nobody acknowledged is there with all that belongs to it, what was refused is not there."""
    for write in journal.writes:
        if write.kind not in {"create", "chat"} or found.answers.get(write.path) is None:
            continue
        if write.outcome == REFUSED:
            yield f"{write.path} was refused ({write.status}) and is there"
        if write.kind == "chat":
            messages = found.answers.get(write.path + "/messages")
            if messages is None or [json.loads(one)["content"] for one in members(messages)] != [
                *write.turned
            ]:
                yield f"{write.path} has not its messages ({write.texts}) but {messages}"


def nothing_is_twice(_: Journal, found: Found) -> Iterator[str]:
    """No item, text or position is there more than once."""
    for conversation, items in found.items.items():
        for text, times in Counter(map(texts_of, items)).items():
            if times > 1:
                yield f"in {conversation} is {times} times: {text}"
    for conversation, places in found.positions.items():
        for kind, seen in zip(("position", "item"), zip(*places, strict=True), strict=True):
            for one, times in Counter(seen).items():
                if times > 1:
                    yield f"in {conversation} {kind} {one} is there {times} times"
        if max(place for place, _ in places) >= found.next_positions[conversation]:
            yield f"{conversation} would give the position {found.next_positions[conversation]} again"


def nothing_is_made_twice(_: Journal, found: Found) -> Iterator[str]:
    """Retried or not, an object is made once, listed once, and has an id of its own."""
    for kind, lists in (("listed", found.listed), ("made", found.tags)):
        for path, names in lists.items():
            for one, times in Counter(names).items():
                if times > 1:
                    yield f"{one} is {kind} {times} times in {path}"
    yield from (f"the id {one} is given to several" for one in found.twice)


def positions_are_in_the_order_of_acknowledgement(journal: Journal, found: Found) -> Iterator[str]:
    """What was acknowledged before another write began stands before it, in conversations and in lists."""
    for conversation, items in found.items.items():
        shown = [json.loads(item)["id"] for item in items]
        stored = [item for _, item in sorted(found.positions.get(conversation, ()))]
        if shown != [item for item in stored if item in set(shown)]:
            yield f"{conversation} shows another order than that of its positions"
    places = {
        texts_of(item): (conversation, place)
        for conversation, items in found.items.items()
        for place, item in enumerate(items)
    }
    for kind, lists in (
        ("conversation", by_conversation(journal, places)),
        ("list", by_list(journal, found)),
    ):
        for name, writes in lists.items():
            yield from (f"in the {kind} {name}: {line}" for line in out_of_order(writes))


def by_conversation(
    journal: Journal, places: dict[str, tuple[str, int]]
) -> dict[str, list[tuple[int, Write]]]:
    """Acknowledged writes of items, with the place of their first."""
    lists = defaultdict(list)
    for write in journal.writes:
        # A background response is acknowledged before it takes its place.
        if write.outcome == ACKNOWLEDGED and write.texts and not write.background:
            conversation, place = places.get(write.texts[0], ("", 0))
            if conversation == write.conversation:
                lists[conversation].append((place, write))
    return lists


def by_list(journal: Journal, found: Found) -> dict[str, list[tuple[int, Write]]]:
    """Acknowledged creations, with their place in the list."""
    lists = defaultdict(list)
    at = {path: {one: place for place, one in enumerate(ids)} for path, ids in found.listed.items()}
    for write in journal.writes:
        path, _, name = write.path.rpartition("/")
        if write.kind in {"create", "chat"} and name in at.get(path, ()):
            lists[path].append((at[path][name], write))
    return lists


def out_of_order(writes: list[tuple[int, Write]]) -> Iterator[str]:
    """Writes that stand behind one that began only when they had been acknowledged."""
    latest = None
    for _, write in sorted(writes, key=lambda one: one[0]):
        if latest is not None and write.ended < latest.began:
            yield f"{write.texts or write.path} was acknowledged before {latest.texts or latest.path} began"
        if latest is None or write.began > latest.began:
            latest = write


def lists_are_complete(journal: Journal, found: Found) -> Iterator[str]:
    """A list has what was acknowledged, and nothing that is not there."""
    deleted = gone_or_going(journal)
    for path, ids in found.listed.items():
        listed = set(ids)
        for write in journal.writes:
            home, _, name = write.path.rpartition("/")
            if write.kind not in {"create", "chat"} or home != path or write.path in deleted:
                continue
            if write.outcome == ACKNOWLEDGED and name not in listed:
                yield f"{write.path} is not listed"
        for name in ids:
            if found.answers.get(f"{path}/{name}", "") is None:
                yield f"{path}/{name} is listed and not there"


def deleted_stays_deleted(journal: Journal, found: Found) -> Iterator[str]:
    """Gone, if that was acknowledged; there, if it was refused; nowhere half."""
    for write in journal.writes:
        if write.kind != "delete":
            continue
        there = found.answers[write.path] is not None
        if there and write.outcome == ACKNOWLEDGED:
            yield f"{write.path} was deleted and is there"
        if not there and write.outcome == REFUSED and write.status != 404:
            yield f"{write.path} is gone although deleting it was refused ({write.status})"


def what_was_seen_stays(journal: Journal, found: Found) -> Iterator[str]:
    """What had ended when a client saw it is what it was."""
    for sight in journal.sights:
        if found.answers[sight.path] != sight.answer:
            yield f"{sight.path} was {sight.answer!r} and is {found.answers[sight.path]!r}"


def background_work_is_taken_up(journal: Journal, found: Found) -> Iterator[str]:
    """Completed; or failed with a reason of the server's, where work had begun and cannot be repeated."""
    for write in journal.writes:
        if write.kind == "turn" and write.background and (answer := found.answers.get(write.path)):
            response = json.loads(answer)
            code = (response["error"] or {}).get("code")
            if response["status"] == "failed" and code == "server_error":
                continue
            if response["status"] not in {"completed", "queued", "in_progress"}:
                yield f"{write.path} ended as {response['status']} ({code})"


def nothing_is_stuck(_: Journal, found: Found) -> Iterator[str]:
    """Every response has ended, every conversation can be written to."""
    yield from (f"the response {one} has not ended" for one in found.unfinished)
    yield from (f"the conversation {one} is locked" for one in found.locked)


def the_database_is_sound(_: Journal, found: Found) -> Iterator[str]:
    """By its own examination, and without half a turn."""
    yield from found.corrupt
    yield from (f"the turn of {one} is there in part" for one in found.half)


LAWS: tuple[Law, ...] = (
    acknowledged_is_there,
    acknowledged_items_are_there,
    writes_are_whole_or_absent,
    what_is_created_is_whole,
    nothing_is_twice,
    nothing_is_made_twice,
    positions_are_in_the_order_of_acknowledgement,
    lists_are_complete,
    deleted_stays_deleted,
    what_was_seen_stays,
    background_work_is_taken_up,
    nothing_is_stuck,
    the_database_is_sound,
)


def outcomes(journal: Journal) -> dict[str, int]:
    """How many writes there were of each outcome; `retried` are those acknowledged to a retry."""
    counted = Counter(each.outcome for each in journal.writes)
    retried = sum(each.retried and each.outcome == ACKNOWLEDGED for each in journal.writes)
    return {name: counted[name] for name in (ACKNOWLEDGED, REFUSED, UNKNOWN)} | {"retried": retried}
