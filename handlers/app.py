"""The composition root: settings in, an ASGI application out."""

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog

from generated.routes import ROUTES
from handlers import auth, discovery, document, logs, providers, search, stores
from handlers.idempotency import Idempotency
from handlers.lifecycle import Life
from handlers.limits import loading as limits
from handlers.limits.charges import Metered
from handlers.metrics import Meters
from handlers.metrics.calls import Timed
from handlers.metrics.page import MetricsPage, Scrapers
from handlers.providers import Provider
from handlers.services import Services
from handlers.settings import Settings
from handlers.shell.cors import Cors
from handlers.shell.dispatch import Dispatch
from handlers.shell.endpoint import Endpoint
from handlers.shell.exchange import Application
from handlers.shell.faults import as_api_error
from handlers.shell.limiting import Limits
from handlers.shell.pages import Page, constant
from handlers.shell.stack import Document, Shell
from handlers.shell.strict import Strict
from handlers.stores import Store
from handlers.tallies import Figure
from handlers.tracing import loading

if TYPE_CHECKING:
    from handlers.tracing.sdk import Sdk

log = structlog.get_logger("lockstep")

Lifespan = Callable[[], AbstractAsyncContextManager[auth.FirstKey | None]]


@dataclass(frozen=True, slots=True)
class Server:
    """The parts of a server: whoever runs `app` without ASGI's lifespan enters `lifespan` around it."""

    services: Services
    app: Application
    lifespan: Lifespan
    life: Life
    metrics: MetricsPage


def create_app(settings: Settings | None = None) -> Application:
    """The application for any ASGI server (`uvicorn --factory handlers.app:create_app`)."""
    settings = settings if settings is not None else Settings()
    logs.configure(as_json=settings.log_json)
    return build(settings).app


def build(settings: Settings, *, store: Store | None = None, provider: Provider | None = None) -> Server:
    """Put a server together; nothing is opened yet. Store and provider default to the settings' own.

    Raises ValueError for settings that do not go together.
    """
    if settings.no_auth and not auth.is_loopback(settings.host):
        raise ValueError(
            f"LOCKSTEP_NO_AUTH: without keys the server listens on loopback only, not on {settings.host!r}. "
            "Set LOCKSTEP_HOST=127.0.0.1, or let callers use keys."
        )
    search.load(settings)  # a wrong setting is told of now, not to the first who searches
    meters = Meters()
    store = store if store is not None else stores.load(settings)
    provider = provider if provider is not None else providers.load(settings)
    traces = loading.load(os.environ)
    if traces is not None:
        store, provider = traces.store(store), traces.provider(provider)
    services = Services(
        settings=settings,
        store=store,
        provider=Metered(Timed(provider, meters)),
        tracing=traces,
    )
    gate = auth.load(settings, store.keys)
    within = Limits(limits.deadlines(settings), limits.quotas(settings, store), limits.guesses(settings))
    metrics = MetricsPage(settings, meters, partial(within.caller, gate=Scrapers(settings, gate)))
    handlers, life = discovery.handlers(services), Life(services.store)
    dispatch = Dispatch(idle_seconds=settings.keep_alive_seconds, failure=as_api_error)
    idempotency = Idempotency(dispatch, services)
    lifespan = _lifespan(services, [idempotency, gate, *handlers.values()], life, traces)
    _watch(meters, services.store, dispatch, handlers)
    meters.gauges += [idempotency.figures, within.figures]
    shell = Shell(
        idempotency,
        pages=_pages(settings, life, metrics),
        gate=gate,
        limits=within,
        limit=settings.max_body_bytes,
        depth=settings.max_json_depth,
        strict=settings.strict_fields,
        access_log=settings.access_log,
        finished=meters.finished,
        lifespan=_for_asgi(lifespan),
    )
    shell.add_document(Document(document.parsed()), endpoints(handlers))
    app: Application = shell if traces is None else traces.requests(shell, document.base())
    app = Strict(app, document.parsed()) if settings.strict else app
    app = Cors(app, settings.origins()) if settings.cors_origins else app
    return Server(services, app, lifespan, life, metrics)


def _pages(settings: Settings, life: Life, metrics: MetricsPage) -> Mapping[str, Page]:
    """What is served outside `/v1`."""
    pages: dict[str, Page] = {
        "/openapi.json": constant(document.encoded()),
        "/livez": life.live,
        "/readyz": life.ready,
    }
    return pages if settings.metrics == "off" else pages | {"/metrics": metrics}


def _watch(meters: Meters, store: Store, dispatch: Dispatch, handlers: Mapping[str, Any]) -> None:
    """Show the metrics where to look when they are asked."""
    about = "Event streams that clients are listening to."
    meters.commits = store.commits
    meters.gauges.append(lambda: [Figure("lockstep_streams_live", about, dispatch.streams)])
    meters.gauges += [handler.figures for handler in handlers.values() if hasattr(handler, "figures")]


def _for_asgi(lifespan: Lifespan) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Starlette's form of it: takes the application, and would take what it yields for shared state."""

    @asynccontextmanager
    async def around(_app: Any) -> AsyncIterator[None]:
        async with lifespan():
            yield

    return around


def endpoints(handlers: Mapping[str, Any]) -> Mapping[str, Endpoint]:
    """Every operation of the document by its id, with the method that serves it."""
    return {
        route.operation_id: Endpoint(
            route,
            getattr(handlers[route.group], route.function),
            asks_model=discovery.group(route.group).reaches_provider(route.function),
        )
        for route in ROUTES
    }


def _lifespan(services: Services, parts: Sequence[Any], life: Life, traces: "Sdk | None") -> Lifespan:
    """The store opens first and closes last; between, parts that have `open` and `aclose` do theirs."""
    tended = [part for part in parts if hasattr(part, "aclose")]

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[auth.FirstKey | None]:
        settings, keys = services.settings, services.store.keys
        await services.store.open()
        try:
            for part in tended:
                await part.open()
            key = await auth.first_in(settings, keys, services.now())
            life.leavers = [part.leave for part in parts if hasattr(part, "leave")]
            life.begin()
            log.info(
                "started",
                pid=os.getpid(),
                version=version("lockstep"),
                provider=services.provider.name,
                store=stores.chosen(settings),
            )
            yield key
        finally:
            life.leave()
            for part in tended:
                await part.aclose()
            await services.provider.aclose()
            await services.store.aclose()
            if traces is not None:
                await traces.aclose()
            log.info("stopped")

    return lifespan
