"""A project's data out of one store and into another: all of it, exactly, whatever happens on the way."""

import io
import json

import pytest

from handlers import stores, transfer
from handlers.settings import Settings
from handlers.stores import Completion, Conversation, Ending, Item, Lines, Response
from handlers.transfer import TransferError

HARD = b'{"n":123456789012345678901234567890,"f":1.5,"t":"\\u00e9 \\",\\"body\\":{ \\ud800","x":null}'


def item(number, body=HARD):
    return Item(f"msg_{number}", "message", body)


def response(number, **facts):
    body = b'{"id":"resp_%d","status":"completed"}' % number
    return Response(
        **{"id": f"resp_{number}", "created_at": 7 + number, "status": "completed"}
        | {"background": False, "streamed": False, "body": body, "next_event": 0}
        | facts
    )


async def fill(store, project="p", items=230):
    talks = store.conversations
    await talks.create(project, Conversation("conv_1", 5, b'{"topic":"a","body":"b"}'), [item(0)])
    for start in range(1, items, 20):
        await talks.append(project, "conv_1", [item(n) for n in range(start, min(start + 20, items))])
    await talks.remove_item(project, "conv_1", "msg_3")
    await talks.create(project, Conversation("conv_2", 6, b"{}"), [])
    await talks.create("other", Conversation("conv_3", 6, b"{}"), [item(0)])
    made = Completion("chatcmpl-1", 9, "echo", b'{"k":"v"}', HARD)
    await store.completions.add(project, made, [b'{"id":"chatcmpl-1-0"}', b'{"id":"chatcmpl-1-1"}'])
    claim = await talks_claim(store, project)
    first = response(1, conversation=claim.seq, position=claim.position)
    await store.responses.add(project, Ending(first, [("out_1", HARD)]), [("in_1", b'{"id":"in_1"}')])
    chain = await store.responses.chain(project, "resp_1")
    await store.responses.add(project, Ending(response(2, previous=chain.seq), [("out_2", b"{}")]), [])
    going = response(3, status="in_progress", holder="h", streamed=True, background=True, next_event=2)
    await store.responses.beat("h", 60)
    await store.responses.begin(project, going, [], events=Lines(0, [b'{"a":1}', b'{"b":2}']))


async def talks_claim(store, project):
    return await store.responses.look(project, "conv_1")


async def seen(store, project="p"):
    """Everything that a client could see."""
    everything = {"after": None, "limit": 1000, "order": "asc"}
    talks = (await store.conversations.list(project, metadata={}, **everything)).rows
    kept = (await store.completions.list(project, model=None, metadata={}, **everything)).rows
    found = [(talk, (await store.conversations.items(project, talk.id, **everything)).rows) for talk in talks]
    found += [
        (made, (await store.completions.messages(project, made.id, **everything)).rows) for made in kept
    ]
    for name in ("resp_1", "resp_2"):
        got = await store.responses.get(project, name)
        inputs = (await store.responses.inputs(project, name, **everything)).rows
        chain = await store.responses.chain(project, name)
        found.append((got.body, got.output, got.created_at, inputs, chain.items))
    return plain(found)


def plain(value):
    """JSON texts by what they mean: escapes may be written in two ways."""
    if isinstance(value, bytes):
        return json.loads(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


@pytest.fixture
async def target(tmp_path):
    opened = await stores.open_store(Settings(data_dir=tmp_path / "target", _env_file=None), "sqlite")
    yield opened
    await opened.aclose()


async def exported(store, project="p"):
    file = io.BytesIO()
    await transfer.export(store, project, file)
    return file.getvalue()


async def test_everything_comes_back_as_it_was(store, target):
    await fill(store)
    data = await exported(store)
    project, new = await transfer.restore(target, io.BytesIO(data))
    assert project == "p"
    assert new == {
        "conversation": 2,
        "item": 230,
        "completion": 1,
        "message": 2,
        "response": 2,
        "response_item": 3,
    }
    assert await seen(target) == await seen(store)
    found = await target.conversations.list("p", after=None, limit=9, order="asc", metadata={"topic": "a"})
    assert [talk.id for talk in found.rows] == ["conv_1"]
    assert b"conv_3" not in data
    assert b"resp_3" not in data  # it is being made


async def test_life_goes_on_behind_what_was_imported(store, target):
    await fill(target, project="another")
    data = await exported(target, "another")
    await transfer.restore(store, io.BytesIO(data), "p")
    assert await seen(store) == await seen(target, "another")
    await store.conversations.append("p", "conv_1", [item("new")])
    page = await store.conversations.items("p", "conv_1", after="msg_3", limit=1000, order="asc")
    assert [row.id for row in page.rows] == [*(f"msg_{n}" for n in range(4, 230)), "msg_new"]


async def test_import_twice_stores_nothing_new(store, target):
    await fill(store)
    data = await exported(store)
    await transfer.restore(target, io.BytesIO(data))
    _, new = await transfer.restore(target, io.BytesIO(data))
    assert not +new
    assert await seen(target) == await seen(store)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
async def test_export_that_broke_off_is_completed(store, target, share):
    await fill(store)
    whole = await exported(store)
    broken = io.BytesIO(whole[: int(len(whole) * share)])
    with pytest.raises(TransferError):
        await transfer.restore(target, io.BytesIO(broken.getvalue()))
    await transfer.export(store, "p", broken)
    assert broken.getvalue() == whole
    await transfer.restore(target, broken.seek(0) or broken)
    assert await seen(target) == await seen(store)
    await transfer.export(store, "p", broken)
    assert broken.getvalue() == whole  # nothing is added to what is complete


async def test_file_that_was_changed_is_not_believed(store, target):
    await fill(store)
    data = await exported(store)
    place = data.index(b'"msg_150"') + 5
    changed = data[:place] + b"9" + data[place + 1 :]
    with pytest.raises(TransferError, match="breaks off, or was changed"):
        await transfer.restore(target, io.BytesIO(changed))
    page = await target.conversations.items("p", "conv_1", after=None, limit=1000, order="asc")
    assert [row.id for row in page.rows] == [f"msg_{n}" for n in range(100) if n != 3]


async def test_lines_that_are_left_out_are_missed(store, target):
    await fill(store)
    lines = (await exported(store)).splitlines(keepends=True)
    with pytest.raises(TransferError):
        await transfer.restore(target, io.BytesIO(b"".join(lines[:3] + lines[4:])))


async def test_other_files_and_other_projects_are_refused_and_kept(store):
    await fill(store)
    foreign = io.BytesIO(b'{"my":"notes"}\n')
    with pytest.raises(TransferError, match="no export"):
        await transfer.export(store, "p", foreign)
    assert foreign.getvalue() == b'{"my":"notes"}\n'
    file = io.BytesIO(await exported(store))
    before = file.getvalue()
    with pytest.raises(TransferError, match="project 'p', not 'other'"):
        await transfer.export(store, "other", file)
    assert file.getvalue() == before
    with pytest.raises(TransferError, match="format 2"):
        await transfer.restore(store, io.BytesIO(before.replace(b'_export":1', b'_export":2', 1)))


async def test_empty_project_is_a_whole_file(store, target):
    data = await exported(store, "nobody")
    assert len(data.splitlines()) == 2
    assert await transfer.restore(target, io.BytesIO(data)) == ("nobody", {})
