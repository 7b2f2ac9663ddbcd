"""Any sequence of calls answers as a few dictionaries would: every store against the simplest model of it."""

import asyncio
import dataclasses

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handlers import stores
from handlers.errors import ApiError, BadRequestError, ConflictError, NotFoundError
from handlers.stores import Conversation, Item, ItemReference

PROJECTS = st.sampled_from(["p", "q"])
CONVERSATIONS = st.sampled_from(["c1", "c2", "c3"])
IDS = st.sampled_from(["i1", "i2", "i3", "i4", "i5", "ü", "nul\0"])
METADATA = st.sampled_from([b"{}", b'{"a":"1"}', b'{"a":"1","b":"2"}'])
PAIRS = {b"{}": {}, b'{"a":"1"}': {"a": "1"}, b'{"a":"1","b":"2"}': {"a": "1", "b": "2"}}
BATCH = st.lists(
    st.builds(Item, IDS, st.just("message"), st.binary(max_size=5)) | st.builds(ItemReference, IDS),
    max_size=4,
)
ORDERS = st.sampled_from(["asc", "desc"])
LIMITS = st.integers(1, 4)


@dataclasses.dataclass
class Talk:
    """One conversation of the model: ids in order, tombstones with None as item."""

    metadata: bytes
    items: dict[str, Item | None]


class Model:
    """What the protocol promises, for all projects, by brute force."""

    def __init__(self) -> None:
        # A deleted conversation keeps its place in the list, as None.
        self.order: dict[str, list[tuple[str, Talk | None]]] = {"p": [], "q": []}

    def find(self, project: str, name: str) -> Talk:
        for found, talk in self.order[project]:
            if found == name and talk is not None:
                return talk
        raise NotFoundError("no conversation")

    @staticmethod
    def distinct(batch) -> None:
        if len({item.id for item in batch}) < len(batch) or any("\0" in item.id for item in batch):
            raise BadRequestError("twice, or cannot be stored")

    def resolve(self, project: str, batch: list[Item | ItemReference], here: dict) -> list[Item]:
        resolved = []
        for item in batch:
            if isinstance(item, Item):
                resolved.append(item)
                continue
            homes = [
                talk.items[item.id] for _, talk in self.order[project] if talk and talk.items.get(item.id)
            ]
            if not homes:
                raise NotFoundError("no such item")
            resolved.append(homes[-1])
        if any(here.get(item.id) for item in resolved):
            raise BadRequestError("already here")
        return resolved

    def create(self, project, name, metadata, batch):
        self.distinct(batch)
        if any(found == name and talk for found, talk in self.order[project]):
            raise ConflictError("exists")
        resolved = self.resolve(project, batch, {})
        # An older tombstone of the same id gives way: cursors find the living.
        self.order[project] = [(found, talk) for found, talk in self.order[project] if found != name]
        self.order[project].append((name, Talk(metadata, {item.id: item for item in resolved})))
        return resolved

    def append(self, project, name, batch):
        self.distinct(batch)
        talk = self.find(project, name)
        resolved = self.resolve(project, batch, talk.items)
        for item in resolved:
            talk.items.pop(item.id, None)
            talk.items[item.id] = item
        return resolved

    def item(self, project, name, item_id):
        found = self.find(project, name).items.get(item_id)
        if found is None:
            raise NotFoundError("no item")
        return found

    def remove_item(self, project, name, item_id):
        self.item(project, name, item_id)
        self.find(project, name).items[item_id] = None
        return self.get(project, name)

    def get(self, project, name):
        return Conversation(name, 1, self.find(project, name).metadata)

    def update(self, project, name, metadata):
        self.find(project, name).metadata = metadata
        return self.get(project, name)

    def delete(self, project, name):
        self.find(project, name)
        self.order[project] = [
            (found, None if found == name else talk) for found, talk in self.order[project]
        ]

    def items(self, project, name, after, limit, order):
        return self._page(list(self.find(project, name).items.items()), after, limit, order)

    def list(self, project, after, limit, order, metadata):
        rows = [
            (
                name,
                talk
                and metadata.items() <= PAIRS[talk.metadata].items()
                and Conversation(name, 1, talk.metadata),
            )
            for name, talk in self.order[project]
        ]
        return self._page(rows, after, limit, order)

    @staticmethod
    def _page(rows, after, limit, order):
        if order == "desc":
            rows = rows[::-1]
        if after is not None:
            names = [name for name, _ in rows]
            if after not in names:
                raise BadRequestError("unknown cursor")
            rows = rows[names.index(after) + 1 :]
        living = [row for _, row in rows if row]
        return living[:limit], len(living) > limit


class Machine(RuleBasedStateMachine):
    store_name = ""

    @initialize()
    def open(self) -> None:
        self.model = Model()
        self.settings = self.make_settings()
        self.runner = asyncio.Runner()
        self.store = self.reopen()

    def reopen(self):
        opening = stores.open_store(self.settings, self.store_name)
        return self.runner.run(opening)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.runner.run(self.store.aclose())
            self.runner.close()

    def same(self, real, model, *arguments, **named) -> None:
        """Both answer the same, or fail with the same class of error."""
        try:
            expected = model(*arguments, **named)
        except ApiError as error:
            with pytest.raises(type(error)):
                self.runner.run(real(*arguments, **named))
            return
        answer = self.runner.run(real(*arguments, **named))
        if isinstance(answer, stores.Page):
            answer = list(answer.rows), answer.has_more
        assert (list(answer) if isinstance(expected, list) else answer) == expected

    @rule(project=PROJECTS, name=CONVERSATIONS, metadata=METADATA, batch=BATCH)
    def create(self, project, name, metadata, batch):
        def real(project, name, metadata, batch):
            return self.store.conversations.create(project, Conversation(name, 1, metadata), batch)

        self.same(real, self.model.create, project, name, metadata, batch)

    @rule(project=PROJECTS, name=CONVERSATIONS, batch=BATCH)
    def append(self, project, name, batch):
        self.same(self.store.conversations.append, self.model.append, project, name, batch)

    @rule(project=PROJECTS, name=CONVERSATIONS, item=IDS)
    def item(self, project, name, item):
        self.same(self.store.conversations.item, self.model.item, project, name, item)

    @rule(project=PROJECTS, name=CONVERSATIONS, item=IDS)
    def remove_item(self, project, name, item):
        self.same(self.store.conversations.remove_item, self.model.remove_item, project, name, item)

    @rule(project=PROJECTS, name=CONVERSATIONS, metadata=METADATA)
    def update(self, project, name, metadata):
        self.same(self.store.conversations.update, self.model.update, project, name, metadata)

    @rule(project=PROJECTS, name=CONVERSATIONS)
    def delete(self, project, name):
        self.same(self.store.conversations.delete, self.model.delete, project, name)

    @rule(project=PROJECTS, name=CONVERSATIONS, after=st.none() | IDS, limit=LIMITS, order=ORDERS)
    def items(self, project, name, after, limit, order):
        named = {"after": after, "limit": limit, "order": order}
        self.same(self.store.conversations.items, self.model.items, project, name, **named)

    @rule(project=PROJECTS, after=st.none() | CONVERSATIONS, limit=LIMITS, order=ORDERS, metadata=METADATA)
    def list(self, project, after, limit, order, metadata):
        named = {"after": after, "limit": limit, "order": order, "metadata": PAIRS[metadata]}
        self.same(self.store.conversations.list, self.model.list, project, **named)

    @precondition(lambda self: hasattr(self, "store"))
    @rule()
    def restart(self):
        self.runner.run(self.store.aclose())
        self.store = self.reopen()

    @invariant()
    def everything_is_listed(self):
        if hasattr(self, "store"):
            named = {"after": None, "limit": 100, "order": "asc", "metadata": {}}
            for project in ("p", "q"):
                self.same(self.store.conversations.list, self.model.list, project, **named)


EXAMPLES = {"sqlite": 60}
"""A store that is a server takes longer to make."""


def test_any_sequence_of_calls_answers_as_the_model_does(store_name, make_settings):
    given = {"store_name": store_name, "make_settings": staticmethod(make_settings)}
    machine = type("StoreMachine", (Machine,), given)
    bounds = settings(
        max_examples=EXAMPLES.get(store_name, 15),
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=bounds)
