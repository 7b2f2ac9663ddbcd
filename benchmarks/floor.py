"""The floor: bare Starlette, the same generated models, nothing stored.

Writes validate the body as the server does and answer with bytes of the same size; reads answer the very
bytes that the server answered, handed over in a JSON file. Run by uvicorn with the same options.
"""

import gc
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.scenarios import SCENARIOS, Scenario
from generated import routes

Endpoint = Callable[[Request], Awaitable[Response]]
Answers = dict[str, str]


def endpoint(scenario: Scenario, body: Any, answer: bytes) -> Endpoint:
    """A handler that validates (where there is a body) and answers fixed bytes."""
    validator: Any = body.__pydantic_validator__ if body is not None else None

    async def write(request: Request) -> Response:
        validator.validate_json(await request.body(), strict=True)
        return Response(answer, media_type="application/json")

    async def read(_request: Request) -> Response:
        return Response(answer, media_type="application/json")

    return read if scenario.method == "GET" or validator is None else write


def create_app(answers: Answers) -> Starlette:
    """One route a scenario; `answers` maps its name to the server's own answer."""
    bodies = {(route.method.upper(), route.path): route.body for route in routes.ROUTES}
    found = [
        Route(
            "/v1" + scenario.template,
            endpoint(scenario, bodies[scenario.method, scenario.template], answers[scenario.name].encode()),
            methods=[scenario.method],
        )
        for scenario in SCENARIOS
    ]
    gc.collect()
    gc.freeze()
    return Starlette(routes=found)


def factory() -> Starlette:
    """What uvicorn loads; the answers' file is named by `BENCH_ANSWERS`."""
    with open(os.environ["BENCH_ANSWERS"], encoding="utf-8") as file:  # noqa: PTH123 - a plain file, once
        return create_app(json.load(file))
