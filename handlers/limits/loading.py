"""The limits that the settings ask for."""

import math

from handlers.auth import Caller
from handlers.limits.buckets import Bucket, Local
from handlers.limits.deadlines import Deadlines
from handlers.limits.guesses import Guesses
from handlers.limits.quotas import Kind, Quotas
from handlers.limits.shares import Shared
from handlers.settings import Settings
from handlers.stores import Store


def are_shared(settings: Settings) -> bool:
    """Whether processes draw from buckets in the store: where there may be others, unless it is set."""
    if settings.shared_limits is not None:
        return settings.shared_limits
    return settings.database_url is not None or settings.workers > 1


def deadlines(settings: Settings) -> Deadlines:
    """How many requests this process serves at once, and for how long."""
    return Deadlines(
        most=settings.concurrent_requests, body=settings.body_seconds, request=settings.request_seconds
    )


def quotas(settings: Settings, store: Store) -> Quotas:
    """Every caller's; what does not meet in the store is this process's part."""
    shared = are_shared(settings)

    def make(caller: Caller, kind: Kind, limit: int) -> Bucket:
        if shared:
            return Shared(store.allowances, caller, kind, limit)
        return Local(limit)

    return Quotas(
        make,
        requests=settings.requests_per_minute,
        tokens=settings.tokens_per_minute,
        at_once=_part(settings.concurrent_requests_per_key, settings.workers),
    )


def guesses(settings: Settings) -> Guesses:
    """Wrong keys are counted by each process for itself."""
    return Guesses(_part(settings.wrong_keys_per_minute, settings.workers))


def _part(limit: int, workers: int) -> int:
    """One worker's share of what is counted by each for itself; 0 stays no limit."""
    return math.ceil(limit / workers)
