"""The simulated operator, served until interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, help="A simulated operator to try everything on before connecting a real one."
)

Households = Annotated[int, typer.Option(min=1, help="How many households the world has.")]
Months = Annotated[int, typer.Option(min=1, help="How many months of history it has.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same world.")]


@app.callback()
def sandbox() -> None:
    """A simulated operator to try everything on before connecting a real one."""


@app.command()
def serve(
    households: Households = 5000,
    seed: Seed = 7,
    months: Months = 18,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8700,
    info: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write control_url and accounts with credentials here, as JSON, when ready."
        ),
    ] = None,
    dispatch: Annotated[
        list[str] | None,
        typer.Option(metavar="BRAND=PLATFORM", help="Put a brand on another dispatch platform; repeatable."),
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLATFORM",
            help="A CRM, call tracking, ad or spend system that the operator has; repeatable. "
            "Without it: a CRM and a spend file.",
        ),
    ] = None,
    slow: Annotated[
        bool, typer.Option(help="An office that is healthy but slow, within every grace period.")
    ] = False,
    config_out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write an operator configuration for FOURWIRE_CONFIG here, when ready."
        ),
    ] = None,
) -> None:
    """Serve every vendor's API for a made-up operator, until interrupted.

    Behaves as the vendors do, unpleasant parts included. The control API moves its clock, makes it fail, and
    plants business gaps.
    """
    from sandbox.layout import Layout
    from sandbox.server import serve as serve_sandbox
    from sandbox.world.pace import SLOW, USUAL

    brands_on = dict(move.partition("=")[::2] for move in dispatch or [])
    serve_sandbox(
        households=households,
        seed=seed,
        months=months,
        port=port,
        info_file=info,
        config_out=config_out,
        layout=Layout(brands_on, tuple(system)) if system else Layout(brands_on),
        pace=SLOW if slow else USUAL,
    )
