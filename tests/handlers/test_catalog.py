from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from handlers import providers
from handlers.catalog import Catalog, parse_aliases
from handlers.errors import BadGatewayError, NotFoundError
from handlers.services import Services
from handlers.settings import Settings
from handlers.stores import Store
from tests.providers.fake_upstream import FakeUpstream, answer, running

NO_STORE: Store = None  # type: ignore[assignment]  # a catalog asks nothing of it


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@asynccontextmanager
async def catalog_of(
    *acts: Any, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[tuple[Catalog, FakeUpstream]]:
    async with running(*acts) as upstream:
        chosen = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
            provider="openai",
            upstream_url=upstream.url,
            upstream_retries=0,
            **settings,
        )
        provider = providers.load(chosen)
        yield Catalog(Services(chosen, NO_STORE, provider, now=clock or Clock())), upstream
        await provider.aclose()


def models(*listed: Any) -> Any:
    return answer(200, {"object": "list", "data": list(listed)})


async def test_the_list_is_asked_for_once_in_a_while() -> None:
    clock = Clock()
    async with catalog_of(clock=clock, models_cache_seconds=30) as (catalog, upstream):
        for moment, asked in [(0, 1), (29, 1), (30, 2), (31, 2)]:
            clock.time = moment
            assert "echo" in await catalog.models()
            assert len(upstream.requests) == asked
        catalog.forget()
        await catalog.models()
        assert len(upstream.requests) == 3


async def test_a_failure_is_not_kept() -> None:
    async with catalog_of(answer(500), models({"id": "m"})) as (catalog, _):
        with pytest.raises(BadGatewayError):
            await catalog.models()
        assert list(await catalog.models()) == ["m"]


async def test_models_come_out_in_shape() -> None:
    rough = [
        {"id": "a"},
        {"id": "b/c", "created": None, "owned_by": 5, "max_model_len": 8},
        {"name": "none"},
        {"id": 1},
    ]
    async with catalog_of(models(*rough)) as (catalog, _):
        assert await catalog.listed() == [
            {"id": "a", "object": "model", "created": 0, "owned_by": "unknown"},
            {"id": "b/c", "object": "model", "created": 0, "owned_by": "unknown", "max_model_len": 8},
        ]


RESOLVED = [
    ("gpt-4o", "llama3"),
    ("gpt-4o-mini", "small"),
    ("gpt-real", "gpt-real"),
    ("llama3", "llama3"),
    ("other", "echo"),
    ("a[b]?", "brackets"),
    ("ab", "echo"),
]


@pytest.mark.parametrize(("name", "model"), RESOLVED)
async def test_names_come_first_then_real_models_then_patterns(name: str, model: str) -> None:
    aliases = "gpt-4o=llama3, gpt-*=small, a[b]?*=brackets, *=echo"
    async with catalog_of(models({"id": "llama3"}, {"id": "gpt-real"}), model_aliases=aliases) as (
        catalog,
        _,
    ):
        assert await catalog.resolve(name) == model


async def test_unknown_names_are_left_to_the_provider_unasked() -> None:
    async with catalog_of(model_aliases="gpt-4o=llama3") as (catalog, upstream):
        assert await catalog.resolve("llama3") == "llama3"
        assert upstream.requests == []


async def test_an_alias_is_listed_and_found_as_a_model() -> None:
    async with catalog_of(models({"id": "m", "owned_by": "me"}), model_aliases="a=m,b=gone,*=m") as (
        catalog,
        _,
    ):
        assert [model["id"] for model in await catalog.listed()] == ["m", "a"]
        assert (await catalog.find("a"))["owned_by"] == "me"
        assert (await catalog.find("anything"))["id"] == "anything"
        with pytest.raises(NotFoundError) as caught:
            await catalog.find("b")
        assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("text", ["gpt-4o", "=m", "a=", "a=m,b"])
def test_aliases_that_are_none_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"LOCKSTEP_MODEL_ALIASES: '.*' is no `name=model` pair"):
        parse_aliases(text)


def test_no_aliases_are_none() -> None:
    aliases = parse_aliases(" , ")
    assert (aliases.names, aliases.patterns) == ({}, {})
