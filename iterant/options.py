"""The options of the command line: how each is spelt, what stands behind it, its line of help."""

from pathlib import Path
from typing import Annotated, TypeAlias

from typer import Argument, Exit, Option, echo


def _show_version(wanted: bool) -> None:
    """`iterant --version`."""
    if wanted:
        from importlib.metadata import version

        echo(f"iterant {version('iterant')}")
        raise Exit


Version: TypeAlias = Annotated[
    bool,
    Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
]
Scheme: TypeAlias = Annotated[Path, Argument(help="A .scheme file.", show_default=False)]
Schemes: TypeAlias = Annotated[list[Path], Argument(help=".scheme files.", show_default=False)]
Name: TypeAlias = Annotated[str, Argument(help="heat, image, wave, or a name of your own.")]
Code: TypeAlias = Annotated[Path, Argument(help="The emitted module.", show_default=False)]
Proofs: TypeAlias = Annotated[Path, Argument(help="Its .cert.json.", show_default=False)]

Out: TypeAlias = Annotated[Path | None, Option("-o", metavar="PATH", help="Where it is written.")]
Outs: TypeAlias = Annotated[
    list[Path] | None,
    Option("-o", metavar="PATH", help="Frames: .zarr .npz .vti .pvd .gif .mp4 .png"),
]
Page: TypeAlias = Annotated[
    Path | None, Option("-o", metavar="PATH", help="Pictures: .png .svg, with the text: .html")
]
Emit: TypeAlias = Annotated[
    str, Option("--emit", metavar="ast|model|scheme|graph|code", help="The stage to print.")
]
AsJson: TypeAlias = Annotated[bool, Option("--json", help="Print the verdicts as JSON.")]
ProveSeconds: TypeAlias = Annotated[
    str, Option("--prove-seconds", metavar="SECONDS", help="Give up on a claim after that long.")
]
ShowWitness: TypeAlias = Annotated[
    bool,
    Option("--show-witness", help="Run the witness of a refuted claim; a table and a picture."),
]
WitnessPlot: TypeAlias = Annotated[
    Path | None,
    Option("--plot", metavar="FILE", help="Where the witness is drawn, .png"),
]
Rounding: TypeAlias = Annotated[
    bool, Option("--rounding", help="Also say what floating-point arithmetic adds to a step.")
]
Replay: TypeAlias = Annotated[
    bool, Option("--replay", help="Also compare impulse responses in float64.")
]
Params: TypeAlias = Annotated[
    list[str] | None,
    Option("--param", metavar="NAME=VALUE", help="Replace a parameter of the file."),
]
Steps: TypeAlias = Annotated[
    str | None, Option("--steps", metavar="N", help="Run that many steps.")
]
Until: TypeAlias = Annotated[str | None, Option("--until", metavar="T", help="Run to that time.")]
Every: TypeAlias = Annotated[
    str | None, Option("--every", metavar="T", help="Time between saved frames.")
]
Device: TypeAlias = Annotated[
    str | None, Option("--device", metavar="cpu|cuda", help="Where to run.")
]
Dtype: TypeAlias = Annotated[
    str | None,
    Option("--dtype", metavar="float64|float32", help="Default float64, for images float32."),
]
Grid: TypeAlias = Annotated[str | None, Option("--grid", metavar="N,N", help="Points an axis.")]
Data: TypeAlias = Annotated[
    list[str] | None, Option("--data", metavar="NAME=FILE", help="Given data: .npy or an image.")
]
Seed: TypeAlias = Annotated[
    str, Option("--seed", metavar="N", help="Of weights that start at random.")
]
Plot: TypeAlias = Annotated[
    Path | None, Option("--plot", metavar="FILE", help="A picture of the last state, .png")
]
Csv: TypeAlias = Annotated[
    Path | None, Option("--csv", metavar="FILE", help="A table of the watched values.")
]
Resume: TypeAlias = Annotated[
    Path | None, Option("--resume", metavar="DIR", help="Go on from a checkpoint.")
]
Force: TypeAlias = Annotated[bool, Option("--force", help="Run a scheme with a refuted claim.")]
Overwrite: TypeAlias = Annotated[bool, Option("--overwrite", help="Replace earlier output.")]
Input: TypeAlias = Annotated[
    list[str] | None,
    Option("--input", metavar="[NAME=]FILE", help="Start of a field: an image or .npy"),
]
Image: TypeAlias = Annotated[
    Path | None, Option("--output", metavar="FILE", help="The last state as an image.")
]

# ---- train

Examples: TypeAlias = Annotated[
    Path, Option("--data", metavar="FOLDER", help="Images to train on.", show_default=False)
]
Target: TypeAlias = Annotated[
    Path | None,
    Option("--target", metavar="FOLDER", help="What the images of --data should become."),
]
Noise: TypeAlias = Annotated[
    str | None,
    Option("--noise", metavar="SIGMA", help="Noise added to clean images; default 25/255."),
]
Weights: TypeAlias = Annotated[
    Path,
    Option("--out", "-o", metavar="FILE", help="The weights, .safetensors", show_default=False),
]
TrainSteps: TypeAlias = Annotated[str, Option("--steps", metavar="N", help="Of the optimiser.")]
Rate: TypeAlias = Annotated[str, Option("--rate", metavar="R", help="Falls to 0 at the end.")]
Batch: TypeAlias = Annotated[str, Option("--batch", metavar="N", help="Patches a step.")]
Patch: TypeAlias = Annotated[str, Option("--patch", metavar="N", help="Pixels a side.")]
Held: TypeAlias = Annotated[
    str, Option("--held", metavar="N", help="Images that are never trained on, the last ones.")
]
Patience: TypeAlias = Annotated[
    str | None, Option("--patience", metavar="N", help="Records without a better error.")
]
Segments: TypeAlias = Annotated[
    str | None, Option("--segments", metavar="N", help="States kept of a long unroll.")
]
Mixed: TypeAlias = Annotated[bool, Option("--mixed", help="Compute in bfloat16, on a GPU.")]
Trained: TypeAlias = Annotated[
    Path | None, Option("--weights", metavar="FILE", help="Trained weights, .safetensors")
]
