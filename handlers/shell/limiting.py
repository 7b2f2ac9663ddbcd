"""The shell's side of the limits: who may begin, how long it may take, what it may cost."""

from collections.abc import Iterable

from handlers.auth import Caller, Gate, NotGuessedError
from handlers.errors import AuthenticationError
from handlers.limits import charges
from handlers.limits.charges import CHARGE, Charge
from handlers.limits.deadlines import Deadlines
from handlers.limits.guesses import Guesses
from handlers.limits.quotas import Quota, Quotas
from handlers.shell.exchange import Application, Exchange, Receive, Scope, Send, current
from handlers.tallies import Figure


class Limits:
    """What callers, addresses and the process may take, as the layers of the shell ask for it."""

    def __init__(self, deadlines: Deadlines, quotas: Quotas, guesses: Guesses) -> None:
        # Bound methods: every request looks these up.
        self.begin = deadlines.begin
        self.running = deadlines.running
        self.quota = quotas.of
        self.suspects = guesses.suspects
        """While there are none, the gate may be asked without `caller`, and mistakes told to `failed`."""
        self._guesses = guesses

    async def caller(self, exchange: Exchange, gate: Gate) -> Caller:
        """Ask the gate, unless too many wrong keys came from where this one comes from."""
        address, headers = _address(exchange), exchange.headers
        self._guesses.check(address, headers)
        try:
            caller = await gate.caller(headers)
        except AuthenticationError as error:
            self.failed(exchange, error)
            raise
        self._guesses.passed(address, headers)
        return caller

    def failed(self, exchange: Exchange, error: AuthenticationError) -> None:
        """The gate did not let the key pass."""
        if not isinstance(error, NotGuessedError):
            self._guesses.failed(_address(exchange), exchange.headers)

    async def within(
        self, quota: Quota, app: Application, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Run the rest of the shell within what the caller may take."""
        exchange = current(scope)
        exchange.quota, exchange.charge = quota, None
        await quota.enter()
        try:
            await app(scope, receive, send)
        finally:
            quota.leave()
            if exchange.charge is not None:
                exchange.charge.close()
            CHARGE.set(None)

    def figures(self) -> Iterable[Figure]:
        """How many requests count against what the process may serve at once."""
        about = "Requests under way, streams included, of those that need a key."
        yield Figure("lockstep_requests_running", about, len(self.running))


async def charge(exchange: Exchange) -> None:
    """Take what the request may cost, or raise RateLimitError. Its body has been read."""
    quota, endpoint = exchange.quota, exchange.endpoint
    if quota is None or quota.tokens is None or endpoint is None or not endpoint.asks_model:
        return
    tokens = charges.guess(exchange.raw, exchange.body)
    await quota.spend(tokens)
    taken = Charge(quota.tokens, tokens)
    CHARGE.set(taken)
    if getattr(exchange.body, "background", None) is not True:  # then the model is asked after the answer
        exchange.charge = taken


def _address(exchange: Exchange) -> str:
    client = exchange.scope.get("client")
    return str(client[0]) if client else ""
