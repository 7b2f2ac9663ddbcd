"""Examines a running server."""

from typing import Annotated, Literal

import typer

from conformance.commands import _options as ask

Format = Literal["text", "json", "markdown", "html", "junit", "sarif", "badge"]


def probe(
    base_url: Annotated[
        str,
        typer.Argument(
            help="Where the API begins: http://127.0.0.1:8080/v1; with --launch, {port} may be in it."
        ),
    ] = "",
    *,
    api_key: Annotated[str, typer.Option(envvar="CONFORM_API_KEY", help="Bearer token, or @FILE.")] = "",
    second_key: Annotated[
        str,
        typer.Option(envvar="CONFORM_SECOND_KEY", help="Of another tenant, or @FILE."),
    ] = "",
    model: Annotated[str, typer.Option(help="A model to ask; default: the first listed that answers.")] = "",
    only: Annotated[
        list[str] | None,
        typer.Option(help="Categories or probe ids (with * and ?), separated by commas; may be given again."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    max_requests: Annotated[int, typer.Option(min=1, help="Requests at most; the rest is skipped.")] = 20_000,
    max_tokens: Annotated[
        int, typer.Option(min=1, help="Tokens at most, as the server reports them.")
    ] = 1_000_000,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for a piece of an answer.")] = 30.0,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many probes run at the same time.")] = 8,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write the report.")] = "text",
    output: ask.Output = None,
    launch: Annotated[
        str,
        typer.Option(
            metavar="CMD",
            help="Start the server with this shell command, beside a fake model. {port}, {model_url},"
            " {model}, {data} stand for what it gets; so do PORT, MODEL_URL, MODEL, DATA as variables.",
        ),
    ] = "",
    launch_seconds: Annotated[
        float, typer.Option(min=1, help="How long the launched server may take to come up.")
    ] = 60.0,
    fuzz: Annotated[
        int, typer.Option(min=0, metavar="SECONDS", help="Fuzz that long when the probes are through.")
    ] = 0,
    fuzz_examples: Annotated[
        int,
        typer.Option(
            min=0, metavar="NUMBER", help="Fuzz with so many requests of each operation: a seed repeats it."
        ),
    ] = 0,
    fuzz_document: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="Fuzz from this OpenAPI document, such as the server's own, not upstream's."
        ),
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Skipped and inconclusive probes fail, too.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="Print the probes and leave.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what passed as well.")] = False,
) -> None:
    """Examine an OpenAI-compatible server by what it answers.

    What is made on the server is deleted again; nothing else is touched. Exit codes: 0 nothing failed,
    1 something did, 2 wrong usage, 3 the server cannot be reached.
    """
    from conformance.wire import command  # noqa: PLC0415 - `conform --help` does without the examination

    wanted = [name.strip() for names in only or [] for name in names.split(",") if name.strip()]
    if listing:
        ask.write(command.listed(wanted), output)
        return
    options = command.Options(
        base_url,
        api_key,
        second_key,
        model,
        tuple(wanted),
        seed,
        max_requests,
        max_tokens,
        timeout,
        at_once,
        launch,
        launch_seconds,
        fuzz,
        fuzz_document,
        fuzz_examples,
    )
    examined = command.examined(options)
    from conformance.report import Style  # noqa: PLC0415
    from conformance.report.examination import renderer  # noqa: PLC0415
    from conformance.wire.results import value  # noqa: PLC0415

    width, color = ask.screen(output)
    ask.write(renderer(form)(value(examined), Style(width, color, verbose)), output)
    raise typer.Exit(1 if examined.failed or (strict and examined.open) else 0)
