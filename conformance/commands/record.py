"""Judges live traffic, standing between a client and a server."""

import threading
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from conformance.commands import _options as ask
from conformance.usage import UsageError

if TYPE_CHECKING:
    from conformance.wire.bodies import Mismatch
    from conformance.wire.exchanges import Exchange

Format = Literal["text", "json", "markdown", "html", "junit", "sarif", "badge"]


def record(
    base_url: Annotated[str, typer.Argument(help="Where the server's API begins.")],
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="To listen on, 0 for any free one.")] = 8090,
    seconds: Annotated[float, typer.Option(min=0, help="Stop after this time; 0: on Ctrl-C.")] = 0,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = "text",
    output: ask.Output = None,
) -> None:
    """Pass requests on and judge every answer by upstream's contract; report at the end.

    Point the client at the base URL that is printed. Keys are passed on and shown nowhere. Exit code 1 says
    that an answer broke the contract.
    """
    if not base_url.startswith(("http://", "https://")):
        raise UsageError(f"{base_url!r} is no base URL; one begins with http:// or https://")
    from conformance.report import Style  # noqa: PLC0415 - `conform --help` does without all this
    from conformance.report.examination import renderer  # noqa: PLC0415
    from conformance.wire.recording import Recorder, recording  # noqa: PLC0415
    from conformance.wire.results import value  # noqa: PLC0415

    recorder = Recorder(base_url, _say)
    try:
        with recording(recorder, port) as url:
            typer.echo(f"give {url} to the client; Ctrl-C ends and reports", err=True)
            threading.Event().wait(seconds or None)
    except KeyboardInterrupt:
        typer.echo("", err=True)
    except OSError as error:
        raise UsageError(f"--port: {port} cannot be listened on: {error.strerror}") from error
    examined = recorder.examined()
    width, color = ask.screen(output)
    ask.write(renderer(form)(value(examined), Style(width, color)), output)
    raise typer.Exit(1 if examined.failed else 0)


def _say(exchange: "Exchange", wrong: "list[Mismatch]") -> None:
    for mismatch in wrong:
        typer.echo(f"✗ {exchange.method} {exchange.path} {exchange.status}: {mismatch.message}", err=True)
