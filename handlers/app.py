"""The composition root: settings in, an ASGI application out."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from generated.routes import ROUTES

from handlers import auth, discovery, document, providers
from handlers.providers import Provider
from handlers.services import Services
from handlers.settings import Settings
from handlers.shell.cors import Cors
from handlers.shell.dispatch import Dispatch
from handlers.shell.endpoint import Endpoint
from handlers.shell.exchange import Application
from handlers.shell.faults import as_api_error
from handlers.shell.stack import Document, Shell
from handlers.stores import Store

Announce = Callable[[auth.FirstKey], None]


def create_app(
    settings: Settings,
    *,
    store: Store | None = None,
    provider: Provider | None = None,
    announce: Announce | None = None,
) -> Application:
    """The whole server. Store and provider default to the settings' own; `announce` gets the first key."""
    services = Services(
        settings=settings,
        store=store if store is not None else _store(settings),
        provider=provider if provider is not None else providers.load(settings),
    )
    shell = Shell(
        Dispatch(idle_seconds=settings.keep_alive_seconds, failure=as_api_error),
        document=document.encoded(),
        gate=auth.OpenGate() if settings.no_auth else auth.Authenticator(services.store.keys),
        limit=settings.max_body_bytes,
        strict=settings.strict_fields,
        access_log=settings.access_log,
        lifespan=_lifespan(services, announce),
    )
    shell.add_document(Document(document.parsed()), endpoints(services))
    return Cors(shell, settings.origins()) if settings.cors_origins else shell


def _store(settings: Settings) -> Store:
    """The store that the settings name, not yet open."""
    store: Store = import_module(f"handlers.stores.{settings.store}").make(settings)
    return store


def endpoints(services: Services) -> Mapping[str, Endpoint]:
    """Every operation of the document by its id, with the method that serves it."""
    handlers = discovery.handlers(services)
    return {
        route.operation_id: Endpoint(
            route=route,
            function=getattr(handlers[route.group], route.function),
        )
        for route in ROUTES
    }


def _lifespan(services: Services, announce: Announce | None) -> Callable[[Any], Any]:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        await services.store.open()
        try:
            if not services.settings.no_auth:
                key = await auth.first_key(services.store.keys, services.settings.api_key, services.now())
                if announce is not None:
                    announce(key)
            yield
        finally:
            await services.provider.aclose()
            await services.store.aclose()

    return lifespan
