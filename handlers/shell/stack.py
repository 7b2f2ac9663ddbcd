"""connexion as a shell: its specification and stack, our lean layers. Nothing else knows connexion.

connexion 3.3 judges documents by OpenAPI 3.0 and costs some 40 microseconds a request as it comes. So the
document is taken as it is (the build validates it), and of the stack stay the layers below, each a
subclass that does its work in a few lines: routing by a compiled table, security by our keys, validation by
the generated models. To replace connexion, put these classes on another shell.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from typing_extensions import override

from handlers import auth
from handlers.errors import ApiError, AuthenticationError, BadRequestError
from handlers.limits.deadlines import ended
from handlers.logs import REQUEST
from handlers.shell import light
from handlers.shell.body import BodyReader, ClientLeftError
from handlers.shell.endpoint import Endpoint
from handlers.shell.exchange import IDEMPOTENCY_KEY, Application, Exchange, Receive, Scope, Send, current
from handlers.shell.faults import as_api_error, facts, log, method_not_allowed
from handlers.shell.limiting import Limits, charge
from handlers.shell.pages import Page, serve
from handlers.shell.parameters import ParameterReader
from handlers.shell.routes import SWALLOWS, Router


class Document(light.spec.OpenAPISpecification):  # type: ignore[misc,name-defined] # connexion is untyped
    """An OpenAPI 3.1 document as it is: not judged by the schema of 3.0, no $ref resolved in it."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw_spec = self._spec = raw
        self._base_uri = ""

    @override
    def get_operation(self, path: str, method: str) -> dict[str, Any]:
        """The operation with its parameters in place of references to them."""
        operation: dict[str, Any] = self._spec["paths"][path][method]
        return {**operation, "parameters": self._resolved(operation.get("parameters", ()))}

    @override
    def get_path_params(self, path: str) -> list[Any]:
        """The parameters that all operations of a path share."""
        return self._resolved(self._spec["paths"][path].get("parameters", ()))

    def _resolved(self, nodes: Sequence[Any]) -> list[Any]:
        return [self._target(node) for node in nodes]

    def _target(self, node: Any) -> Any:
        while "$ref" in node:
            target: Any = self._spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node


class Endpoints(light.resolver.Resolver):  # type: ignore[misc,name-defined] # connexion is untyped
    """connexion's resolver: from an operation id to what serves it."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        super().__init__(endpoints.__getitem__)


class ServerErrors(light.server_error.ServerErrorMiddleware):  # type: ignore[misc,name-defined] # connexion is untyped
    """The outermost layer: opens the exchange, counts it, logs it, answers when everything else failed."""

    def __init__(
        self, next_app: Application, *, access_log: bool, finished: Callable[[Exchange], None]
    ) -> None:
        super().__init__(next_app)
        self._access_log = access_log
        self._finished = finished

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        # Never reset: the server runs each request in a task of its own, and reports there what got past us.
        REQUEST.set(exchange.request_id)
        try:
            await self.app(scope, receive, send)
        finally:
            self._finished(exchange)
            if self._access_log:
                log.info("request", **facts(exchange), status=exchange.status, ms=exchange.milliseconds())


class Errors(light.exceptions.ExceptionMiddleware):  # type: ignore[misc,name-defined] # connexion is untyped
    """Turns whatever was raised into the one error shape."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientLeftError:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            exchange = current(scope)
            known = _of_the_framework(error) or as_api_error(exchange, error)
            if exchange.status:
                raise  # half an answer is out: uvicorn closes the connection, and nobody takes it for whole
            await exchange.fail(known)


def _of_the_framework(error: Exception) -> ApiError | None:
    """Connexion's problems are Starlette's HTTP exceptions."""
    if not isinstance(error, HTTPException) or error.status_code >= 500:  # noqa: PLR2004 - the class of status codes
        return None
    known = BadRequestError(str(error.detail), headers=error.headers)
    known.status = error.status_code  # type: ignore[misc] # of this one instance
    return known


class RoutingTable(light.abstract.AbstractRoutingAPI):  # type: ignore[misc,name-defined] # connexion is untyped
    """Gathers the operations of a document for the router."""

    def __init__(self, specification: Document, **options: Any) -> None:
        self.rows: list[tuple[str, str, Endpoint]] = []
        super().__init__(specification, **options)

    @override
    def make_operation(self, operation: Any) -> Endpoint:
        endpoint: Endpoint = operation.function
        return endpoint

    @staticmethod
    @override
    def _framework_path_and_name(operation: Any, path: str) -> tuple[str, str]:
        for name, kind in operation.get_path_parameter_types().items():
            if kind == "path":
                path = path.replace(f"{{{name}}}", f"{{{name}{SWALLOWS}}}")
        return path, path

    @override
    def _add_operation_internal(
        self, method: str, path: str, operation: Endpoint, name: str | None = None
    ) -> None:
        self.rows.append((method, self.base_path + path, operation))


class Routing(light.routing.RoutingMiddleware):  # type: ignore[misc,name-defined] # connexion is untyped
    """Finds the operation. Unknown paths are 404 and other methods 405, before any key is looked at."""

    def __init__(self, app: Application, *, pages: Mapping[str, Page]) -> None:
        self.app = app
        self._pages = pages
        self._router: Router[Endpoint] = Router(())
        self._base = ""

    @override
    def add_api(self, specification: Document, base_path: str | None = None, **options: Any) -> None:
        """Compile the table."""
        table = RoutingTable(specification, base_path=base_path, **options)
        self._router = Router(table.rows)
        self._base = table.base_path

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange, method, path = current(scope), scope["method"], scope["path"]
        found = self._router.find(path, scope.get("raw_path"))
        if found is None:
            await serve(self._pages, exchange)
            return
        resource, exchange.path_parameters = found
        exchange.endpoint = endpoint = resource.methods.get(method)
        if endpoint is None:
            if method != "OPTIONS":
                raise method_not_allowed(method, path, resource.allow)
            await exchange.answer(204, b"", [(b"allow", resource.allow.encode())])
            return
        # What connexion's own layers look for, so that any of them can be put behind this one.
        scope["path_params"] = exchange.path_parameters
        scope.setdefault("extensions", {})[light.abstract.ROUTING_CONTEXT] = {
            "api_base_path": self._base,
            "operation_id": endpoint.route.operation_id,
        }
        await self.app(scope, receive, send)


class SecurityTable(light.abstract.RoutedAPI):  # type: ignore[misc,name-defined] # connexion is untyped
    """The scope that each operation needs, None for those open to everybody."""

    def __init__(self, specification: Document, **options: Any) -> None:
        super().__init__(specification, **options)
        self.add_paths()

    @override
    def make_operation(self, operation: Any) -> auth.Scope | None:
        return auth.needed(operation.method) if operation.security else None


class Security(light.security.SecurityMiddleware):  # type: ignore[misc,name-defined] # connexion is untyped
    """Asks the gate who is calling, and whether they may do this."""

    api_cls = SecurityTable

    def __init__(self, app: Application, *, gate: auth.Gate, limits: Limits) -> None:
        super().__init__(app)
        self._gate = gate
        self._limits = limits
        self._needed: dict[str, auth.Scope | None] = {}

    @override
    def add_api(self, specification: Document, **options: Any) -> SecurityTable:
        """Learn what the document guards."""
        table: SecurityTable = super().add_api(specification, **options)
        self._needed.update(table.operations)
        return table

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (needed := self._need(current(scope))) is None:
            await self.app(scope, receive, send)
            return
        exchange, limits = current(scope), self._limits
        limits.begin(exchange)
        try:
            if limits.suspects:
                caller = await limits.caller(exchange, self._gate)
            else:
                try:
                    caller = await self._gate.caller(exchange.headers)
                except AuthenticationError as error:
                    limits.failed(exchange, error)
                    raise
            exchange.caller = caller
            if needed not in caller.scopes:
                raise auth.missing(needed)
            if (quota := limits.quota(caller)) is None:
                await self.app(scope, receive, send)
            else:
                await limits.within(quota, self.app, scope, receive, send)
        except asyncio.CancelledError as error:
            raise ended(exchange) or error from None
        finally:
            limits.running.discard(exchange)

    def _need(self, exchange: Exchange) -> auth.Scope | None:
        """The scope that the operation asks for, None if it is open to everybody."""
        return None if exchange.endpoint is None else self._needed[exchange.endpoint.route.operation_id]


Readers = tuple[ParameterReader | None, BodyReader | None]


class ValidationTable(light.abstract.RoutedAPI):  # type: ignore[misc,name-defined] # connexion is untyped
    """The readers of every operation."""

    def __init__(
        self, specification: Document, *, limit: int, depth: int, strict: bool, **options: Any
    ) -> None:
        super().__init__(specification, **options)
        self._limit = limit
        self._depth = depth
        self._strict = strict
        self.add_paths()

    @override
    def make_operation(self, operation: Any) -> Readers:
        route = operation.function.route
        parameters = ParameterReader(route.parameters, strict=self._strict) if route.parameters else None
        if route.body is None:
            return parameters, None
        return parameters, BodyReader(
            route, route.body, limit=self._limit, depth=self._depth, strict=self._strict
        )


class Validation(light.request_validation.RequestValidationMiddleware):  # type: ignore[misc,name-defined] # untyped
    """Reads parameters and body by the generated models, once, and hands the values on."""

    def __init__(self, app: Application, *, limit: int, depth: int, strict: bool) -> None:
        super().__init__(app)
        self.api_cls = partial(ValidationTable, limit=limit, depth=depth, strict=strict)
        self._readers: dict[str, Readers] = {}

    @override
    def add_api(self, specification: Document, **options: Any) -> ValidationTable:
        """Build the readers."""
        table: ValidationTable = super().add_api(specification, **options)
        self._readers.update(table.operations)
        return table

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            exchange = current(scope)
            if exchange.endpoint is not None:
                parameters, body = self._readers[exchange.endpoint.route.operation_id]
                if parameters is not None:
                    exchange.parameters = parameters.read(exchange.path_parameters, scope["query_string"])
                if body is not None:
                    keyed = IDEMPOTENCY_KEY in exchange.headers
                    reading = exchange.digesting(receive) if keyed else receive
                    exchange.body = await body.read(exchange, reading)
                    if exchange.quota is not None:
                        await charge(exchange)
                    exchange.raw = b""
        await self.app(scope, receive, send)


class Shell(light.main.ConnexionMiddleware):  # type: ignore[misc,name-defined] # connexion is untyped
    """connexion's stack, reduced to six layers around an application of ours."""

    def __init__(
        self,
        app: Application,
        *,
        pages: Mapping[str, Page],
        gate: auth.Gate,
        limits: Limits,
        limit: int,
        depth: int,
        strict: bool,
        access_log: bool,
        finished: Callable[[Exchange], None],
        lifespan: Any,
    ) -> None:
        super().__init__(
            app,
            lifespan=lifespan,
            middlewares=[
                partial(ServerErrors, access_log=access_log, finished=finished),
                Errors,
                partial(Routing, pages=pages),
                partial(Security, gate=gate, limits=limits),
                partial(Validation, limit=limit, depth=depth, strict=strict),
                light.lifespan.LifespanMiddleware,
            ],
        )

    def add_document(self, document: Document, endpoints: Mapping[str, Endpoint]) -> None:
        """Serve a document's operations; connexion's own `add_api` takes OpenAPI 3.0 only."""
        options = self.options.replace(resolver=Endpoints(endpoints))
        self.apis.append(light.main.API(document, base_path=None, **vars(options)))
        self.app, self.middleware_stack = self._build_middleware_stack()
