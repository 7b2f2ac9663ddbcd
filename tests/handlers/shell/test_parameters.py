"""Parameters arrive in every spelling the SDKs use."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from handlers.errors import BadRequestError
from handlers.shell.parameters import ParameterReader

Pairs = TypeAliasType("Pairs", Annotated[dict[str, str], Field(max_length=2)])
Part = TypeAliasType("Part", Literal["a", "b"])


class Parameters(BaseModel):
    thing_id: str
    include: list[Part] | None = None
    limit: Annotated[int, Field(ge=1)] = 20
    ratio: float | None = None
    stream: bool | None = None
    metadata: Pairs | None = None
    after: str | None = None


DEFAULTS = dict(Parameters(thing_id="t"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("&&", {}),
        ("limit=7", {"limit": 7}),
        ("include=a", {"include": ["a"]}),
        ("include=a&include=b", {"include": ["a", "b"]}),
        ("include[]=a&include%5B%5D=b", {"include": ["a", "b"]}),
        ("metadata[k]=v&metadata%5Bother+key%5D=a+b", {"metadata": {"k": "v", "other key": "a b"}}),
        ("stream=true&ratio=0.5", {"stream": True, "ratio": 0.5}),
        ("ratio=1e-2", {"ratio": 0.01}),
        ("after=007", {"after": "007"}),
        ("after=", {"after": ""}),
        ("after=%C3%A9", {"after": "é"}),
        ("unknown=1&after[x]=2", {}),
        ("thing_id=other", {}),
    ],
)
def test_reads(query, expected):
    assert (
        ParameterReader(Parameters, strict=False).read({"thing_id": "t"}, query.encode())
        == DEFAULTS | expected
    )


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=", "limit", "invalid_type"),
        ("limit=null", "limit", "invalid_type"),
        ("limit=+1", "limit", "invalid_type"),
        ("limit=%D9%A1", "limit", "invalid_type"),
        ("limit=1&limit=1", "limit", "invalid_value"),
        ("stream=yes", "stream", "invalid_type"),
        ("ratio=nan", "ratio", "invalid_type"),
        ("include=c", "include", "invalid_value"),
        ("metadata=v", "metadata", "invalid_type"),
        ("metadata[a]=1&metadata[b]=1&metadata[c]=1", "metadata", "object_above_max_properties"),
    ],
)
def test_refuses(query, param, code):
    with pytest.raises(BadRequestError) as caught:
        ParameterReader(Parameters, strict=False).read({"thing_id": "t"}, query.encode())
    assert (caught.value.param, caught.value.code) == (param, code)


@pytest.mark.parametrize("query", ["unknown=1", "after[x]=2", "thing_id=other"])
def test_strict_refuses_unknown_ones(query):
    with pytest.raises(BadRequestError) as caught:
        ParameterReader(Parameters, strict=True).read({"thing_id": "t"}, query.encode())
    assert caught.value.code == "unknown_parameter"
