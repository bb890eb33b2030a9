"""The `iterant` command: options to calls, calls to exit codes.

Nothing heavy is imported here: `iterant --help` answers at once, and only `run` loads torch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from .console import Exit, guarded, show_fault

HELP = "Compile a PDE or an iterative scheme to certified, readable PyTorch."
ENDS = (
    "Exits with 0 done and certified, 1 refuted, 2 bad input, 3 unproved, 4 blew up, 130 stopped."
)
LATER = ("train", "explain", "bench")

app = typer.Typer(
    name="iterant",
    help=HELP,
    epilog=ENDS,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Scheme: TypeAlias = Annotated[Path, typer.Argument(help="A .scheme file.", show_default=False)]
Out: TypeAlias = Annotated[Path | None, typer.Option("-o", metavar="PATH", show_default=False)]
Param: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="Replace a parameter of the file."),
]


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="heat, image or wave, or a name of your own.")],
) -> int:
    """Write a commented NAME.scheme to start from."""
    from . import commands

    return commands.new(name)


@app.command()
def check(scheme: Scheme) -> int:
    """Say how a scheme is understood: equations, places, conditions, step, warnings."""
    from . import commands

    return commands.check(scheme)


@app.command(name="compile")
def compile_(
    scheme: Scheme,
    out: Out = None,
    emit: Annotated[
        str,
        typer.Option("--emit", metavar="ast|model|scheme|graph|code", help="The stage to print."),
    ] = "code",
) -> int:
    """Emit readable PyTorch, to PATH or to standard output."""
    from . import commands

    return commands.compile_(scheme, out, emit)


@app.command()
def certify(
    scheme: Scheme,
    out: Out = None,
    json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    param: Param = None,
    prove_seconds: Annotated[
        float | None,
        typer.Option(
            "--prove-seconds", help="Give up on a claim after that long.", show_default=False
        ),
    ] = None,
) -> int:
    """Prove or refute every claim; -o writes the certificates for `iterant verify`."""
    from . import commands

    return commands.certify(scheme, out, json=json, params=param or (), seconds=prove_seconds)


@app.command()
def verify(
    code: Annotated[Path, typer.Argument(help="The emitted module.", show_default=False)],
    certificates: Annotated[Path, typer.Argument(help="Its .cert.json.", show_default=False)],
    replay: Annotated[
        bool, typer.Option("--replay", help="Also compare impulse responses in float64.")
    ] = False,
) -> int:
    """Check certificates against emitted code, without the prover; reads text only."""
    from . import commands

    return commands.verify(code, certificates, replay=replay)


@app.command()
def run(
    scheme: Scheme,
    *,
    steps: Annotated[int | None, typer.Option(help="Run that many steps.")] = None,
    until: Annotated[str | None, typer.Option(metavar="T", help="Run until that time.")] = None,
    every: Annotated[
        str | None, typer.Option(metavar="T", help="Time between saved frames.")
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="cpu|cuda", help="Where to run.")] = None,
    dtype: Annotated[
        str | None, typer.Option(metavar="float64|float32", help="float64, for images float32.")
    ] = None,
    param: Param = None,
    grid: Annotated[str | None, typer.Option(metavar="N,N", help="Points an axis.")] = None,
    data: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE", help="Given data.")] = None,
    seed: Annotated[int, typer.Option(help="Of weights that start at random.")] = 0,
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", metavar="PATH", help="Frames: .zarr .npz .vti .pvd .gif .mp4 .png"),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="A picture of the last state, .png")] = None,
    csv: Annotated[Path | None, typer.Option(help="A table of the watched values.")] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on from a checkpoint.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Run what was refuted.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace earlier output.")] = False,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="[NAME=]FILE", help="Start of a field: an image or .npy"),
    ] = None,
    image: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="The last state as an image.")
    ] = None,
) -> int:
    """Run a scheme, on the values it states or on an image."""
    from . import commands, words
    from .running import Wishes

    fraction = {name: words.number(value, f"--{name}") for name, value in
                (("until", until), ("every", every)) if value is not None}  # fmt: skip
    return commands.run(
        Wishes(
            scheme=scheme,
            params=words.params(param or ()),
            grid=None if grid is None else words.sizes(grid, "--grid"),
            steps=steps,
            device=device,
            dtype=dtype,
            seed=seed,
            inputs=inputs or (),
            data=data or (),
            image=image,
            outputs=(*(out or ()), *([words.picture(plot)] if plot else ())),
            csv=csv,
            resume=resume,
            force=force,
            overwrite=overwrite,
            **fraction,
        )
    )


@app.command()
def fmt(
    schemes: Annotated[list[Path], typer.Argument(help=".scheme files.", show_default=False)],
) -> int:
    """Lay schemes out in the one house style, in place; comments stay."""
    from . import commands

    return commands.fmt(schemes)


@app.command()
def graph(scheme: Scheme, out: Out = None) -> int:
    """Draw the graph behind the code: PATH ends in .svg or .dot."""
    from . import commands

    return commands.graph(scheme, out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in LATER:
        known = ", ".join(command.name or command.callback.__name__ for command in
                          app.registered_commands if command.callback)  # fmt: skip
        show_fault(f"this version has no `iterant {words[0]}`; it has {known}")
        return Exit.BAD_INPUT
    return guarded(lambda: app(words, prog_name="iterant", standalone_mode=False))
