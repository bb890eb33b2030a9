"""The `iterant` command: options to calls, calls to exit codes.

Nothing heavy is imported here: `iterant --help` answers at once, and only `run` loads torch.
"""

import sys
from collections.abc import Sequence
from typing import Any

import typer

from . import options as o
from .console import Exit, guarded, open_streams, show_fault
from .proving import proving

HELP = "Compile a PDE or an iterative scheme to certified, readable PyTorch."
ENDS = (
    "Exits with 0 done and certified, 1 refuted, 2 bad input, 3 unproved, 4 blew up, 130 stopped."
)
LATER = ("bench",)

app = typer.Typer(
    name="iterant",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(help=HELP, epilog=ENDS)
def iterant(version: o.Version = False) -> None:
    """Options that stand before any command."""


@app.command()
def new(name: o.Name) -> int:
    """Write a commented NAME.scheme to start from."""
    from . import commands

    return commands.new(name)


@app.command()
def check(scheme: o.Scheme) -> int:
    """Say how a scheme is understood: equations, places, conditions, step, warnings."""
    from . import commands

    return commands.check(scheme)


@app.command(name="compile")
def compile_(scheme: o.Scheme, out: o.Out = None, emit: o.Emit = "code") -> int:
    """Emit readable PyTorch, to PATH or to standard output."""
    from . import commands

    return commands.compile_(scheme, out, emit)


@app.command()
def certify(
    scheme: o.Scheme,
    *,
    out: o.Out = None,
    json: o.AsJson = False,
    param: o.Params = None,
    prove_seconds: o.ProveSeconds = "10",
    show_witness: o.ShowWitness = False,
    plot: o.WitnessPlot = None,
    rounding: o.Rounding = False,
) -> int:
    """Prove or refute every claim; -o writes the certificates for `iterant verify`."""
    from . import commands, words

    return commands.certify(
        scheme,
        out,
        json=json,
        params=words.params(param or ()),
        seconds=words.seconds("--prove-seconds", prove_seconds),
        witness=show_witness or plot is not None,
        plot=None if plot is None else words.picture(plot),
        rounding=rounding,
    )


@app.command()
def verify(
    code: o.Code,
    certificates: o.Proofs,
    *,
    replay: o.Replay = False,
    weights: o.Trained = None,
) -> int:
    """Check certificates against emitted code and trained weights, without the prover."""
    from . import commands

    return commands.verify(code, certificates, replay=replay, weights=weights)


@app.command()
def run(
    scheme: o.Scheme,
    *,
    steps: o.Steps = None,
    until: o.Until = None,
    every: o.Every = None,
    device: o.Device = None,
    dtype: o.Dtype = None,
    param: o.Params = None,
    grid: o.Grid = None,
    data: o.Data = None,
    seed: o.Seed = "0",
    out: o.Outs = None,
    plot: o.Plot = None,
    csv: o.Csv = None,
    resume: o.Resume = None,
    force: o.Force = False,
    overwrite: o.Overwrite = False,
    given: o.Input = None,
    image: o.Image = None,
    weights: o.Trained = None,
) -> int:
    """Run a scheme, on the values it states or on an image."""
    from . import commands, words
    from .running import Wishes

    return commands.run(
        Wishes(
            scheme=scheme,
            params=words.params(param or ()),
            grid=None if grid is None else words.sizes(words.word("--grid", grid)),
            steps=None if steps is None else words.whole(words.word("--steps", steps)),
            until=None if until is None else words.number(words.word("--until", until)),
            every=None if every is None else words.number(words.word("--every", every)),
            device=None if device is None else words.word("--device", device),
            dtype=None if dtype is None else words.word("--dtype", dtype),
            seed=words.whole(words.word("--seed", seed)).value,
            inputs=given or (),
            data=data or (),
            image=image,
            weights=weights,
            outputs=(*(out or ()), *([words.picture(plot)] if plot else ())),
            csv=csv,
            resume=resume,
            force=force,
            overwrite=overwrite,
        )
    )


@app.command()
def train(
    scheme: o.Scheme,
    *,
    data: o.Examples,
    out: o.Weights,
    target: o.Target = None,
    noise: o.Noise = None,
    steps: o.TrainSteps = "1000",
    rate: o.Rate = "0.001",
    batch: o.Batch = "16",
    patch: o.Patch = "64",
    held: o.Held = "1",
    patience: o.Patience = None,
    segments: o.Segments = None,
    param: o.Params = None,
    seed: o.Seed = "0",
    device: o.Device = None,
    dtype: o.Dtype = None,
    mixed: o.Mixed = False,
    resume: o.Resume = None,
    plot: o.Plot = None,
    overwrite: o.Overwrite = False,
) -> int:
    """Train what a scheme learns, on a folder of images; writes weights and certificates."""
    from . import words
    from .training import Wishes, train as run_training

    def count(name: str, text: str | None) -> Any:
        return None if text is None else words.whole(words.word(name, text))

    return run_training(
        Wishes(
            scheme=scheme,
            data=data,
            out=out,
            target=target,
            noise=None if noise is None else words.number(words.word("--noise", noise)),
            steps=count("--steps", steps),
            rate=words.number(words.word("--rate", rate)),
            batch=count("--batch", batch),
            patch=count("--patch", patch),
            held=count("--held", held),
            patience=count("--patience", patience),
            segments=count("--segments", segments),
            params=words.params(param or ()),
            seed=words.whole(words.word("--seed", seed)).value,
            device=None if device is None else words.word("--device", device),
            dtype=None if dtype is None else words.word("--dtype", dtype),
            mixed=mixed,
            resume=resume,
            plot=None if plot is None else words.picture(plot),
            overwrite=overwrite,
        )
    )


@app.command()
def explain(scheme: o.Scheme, out: o.Page = None, param: o.Params = None) -> int:
    """Say what a linear scheme does to waves: growth, phase, next terms, stability region."""
    from . import commands, words

    return commands.explain(scheme, out, words.params(param or ()))


@app.command()
def fmt(schemes: o.Schemes) -> int:
    """Lay schemes out in the one house style, in place; comments stay."""
    from . import commands

    return commands.fmt(schemes)


@app.command()
def graph(scheme: o.Scheme, out: o.Out = None) -> int:
    """Draw the graph behind the code: PATH ends in .svg or .dot."""
    from . import commands

    return commands.graph(scheme, out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    open_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    if words and words[0] in LATER:
        callbacks = (c.callback for c in app.registered_commands if c.callback)
        known = ", ".join(callback.__name__.rstrip("_") for callback in callbacks)
        show_fault(f"this version has no `iterant {words[0]}`; it has {known}")
        return Exit.BAD_INPUT
    with proving():
        return guarded(lambda: app(words, prog_name="iterant", standalone_mode=False))
