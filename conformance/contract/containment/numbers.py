"""Numbers: bounds, multiples and excluded points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, lcm

from conformance.contract.containment.answers import EMPTY, Answer, Found, Unknown
from conformance.contract.containment.terms import Term
from conformance.contract.containment.values import NUMBER, Exact, plain_number

_TRIES = 20_000


@dataclass
class Numbers:
    """A conjunction of number assertions."""

    low: Exact | None = None
    low_open: bool = False
    high: Exact | None = None
    high_open: bool = False
    step: Exact | None = None
    not_steps: list[Exact] = field(default_factory=list)
    excluded: set[Exact] = field(default_factory=set)

    def admits(self, value: Exact) -> bool:
        """Whether the number satisfies all of them."""
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is not None and (value > self.high or (self.high_open and value == self.high)):
            return False
        if self.step is not None and not _divides(self.step, value):
            return False
        return value not in self.excluded and not any(_divides(step, value) for step in self.not_steps)

    def empty_interval(self) -> bool:
        """Whether the bounds exclude each other."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def find(self) -> Answer:
        """A number, or the proof that there is none."""
        if self.empty_interval():
            return EMPTY
        if self.low is not None and self.low == self.high:
            return Found(plain_number(self.low)) if self.admits(self.low) else EMPTY
        return self._dense() if self.step is None else self._stepped(self.step)

    def _stepped(self, step: Exact) -> Answer:
        if any(_divides(other, step) for other in self.not_steps):
            return EMPTY
        first = None if self.low is None else ceil(Fraction(self.low) / Fraction(step))
        last = None if self.high is None else floor(Fraction(self.high) / Fraction(step))
        period = lcm(1, *(int(_common(step, other) / Fraction(step)) for other in self.not_steps))
        # In each period some multiple avoids all not_steps; an excluded point or open end costs one more.
        enough = period * (len(self.excluded) + 3)
        for tried, count in enumerate(_integers(first, last)):
            if tried > enough:
                return EMPTY
            if tried > _TRIES:
                return Unknown("multipleOf")
            value = _normal(count * Fraction(step))
            if self.admits(value):
                return Found(plain_number(value))
        return EMPTY

    def _dense(self) -> Answer:
        """Without a step the interval holds infinitely many numbers, of which the rest excludes only some."""
        low = None if self.low is None else Fraction(self.low)
        high = None if self.high is None else Fraction(self.high)
        for denominator in (1, 2, *(10**power for power in range(1, 15))):
            first = None if low is None else ceil(low * denominator)
            last = None if high is None else floor(high * denominator)
            for _, count in zip(range(200), _integers(first, last), strict=False):
                value = _normal(Fraction(count, denominator))
                if self.admits(value):
                    return Found(plain_number(value))
        return Unknown("numbers too close to each other")


def gather(literals: Iterable[Term]) -> Numbers:
    """The conjunction of assertions as bounds and steps."""
    numbers = Numbers()
    for term in literals:
        if term.kind == "minimum":
            bound, is_open = term.args
            if numbers.low is None or (bound, is_open) > (numbers.low, numbers.low_open):
                numbers.low, numbers.low_open = bound, is_open
        elif term.kind == "maximum":
            bound, is_open = term.args
            if numbers.high is None or (-bound, is_open) > (-numbers.high, numbers.high_open):
                numbers.high, numbers.high_open = bound, is_open
        elif term.kind == "multiple" and term.args[1]:
            step = term.args[0]
            numbers.step = step if numbers.step is None else _normal(_common(numbers.step, step))
        elif term.kind == "multiple":
            numbers.not_steps.append(term.args[0])
        elif term.kind == "among":
            numbers.excluded.update(content for kind, content in term.args[0] if kind == NUMBER)
    return numbers


def holds(term: Term, value: Exact) -> bool:
    """Whether a number satisfies one assertion."""
    argument, flag = term.args
    if term.kind == "minimum":
        return bool(value > argument or (value == argument and not flag))
    if term.kind == "maximum":
        return bool(value < argument or (value == argument and not flag))
    return _divides(argument, value) is flag


def _divides(step: Exact, value: Exact) -> bool:
    return value % step == 0


def _common(one: Exact, other: Exact) -> Fraction:
    """The least common multiple of two positive rationals."""
    first, second = Fraction(one), Fraction(other)
    scale = lcm(first.denominator, second.denominator)
    return Fraction(lcm(int(first * scale), int(second * scale)), scale)


def _normal(value: Fraction) -> Exact:
    return value.numerator if value.denominator == 1 else value


def _integers(first: int | None, last: int | None) -> Iterator[int]:
    """The integers of an interval, those near zero first."""
    if first is not None and (first > 0 or (last is not None and last > 0 and first == 0)):
        yield from _upwards(first, last)
    elif last is not None and last < 0:
        yield from _downwards(last, first)
    else:
        yield 0
        ups, downs = _upwards(1, last), _downwards(-1, first)
        while True:
            up, down = next(ups, None), next(downs, None)
            if up is None and down is None:
                return
            yield from (value for value in (up, down) if value is not None)


def _upwards(start: int, last: int | None) -> Iterator[int]:
    while last is None or start <= last:
        yield start
        start += 1


def _downwards(start: int, first: int | None) -> Iterator[int]:
    while first is None or start >= first:
        yield start
        start -= 1
