"""Every file of the contract means what it says: equations, grids, methods, claims."""

import time
from pathlib import Path

import pytest
from sympy import Rational

from iterant.compiler.analyse import analyse
from iterant.compiler.model import LIMIT, Model
from iterant.compiler.parse import parse
from iterant.compiler.source import Source
from models import short

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(EXAMPLES.glob("*.scheme"))

# The equations in the order of the file, as short() writes them; g(|grad u|^2) is G.
EQUATIONS = {
    "acoustic_fdtd": (
        "dt v[0]: -p_x/rho",
        "dt v[1]: -p_y/rho",
        "dt p: -c**2*rho*div(v[0], v[1])",
    ),
    "advection": ("dt u: -c*u_x",),
    "allen_cahn": ("dt u: -Variation(eps**2*(u_x**2 + u_y**2)/2 + (1 - u**2)**2/4, u)",),
    "beam_warming": (
        (
            "iterate u: c**2*(AtNode(u, 0, -2) - 2*AtNode(u, 0, -1) + AtNode(u, 0, 0))/2"
            " - c*(AtNode(u, 0, -2) - 4*AtNode(u, 0, -1) + 3*AtNode(u, 0, 0))/2 + AtNode(u, 0, 0)"
        ),
    ),
    "burgers_neural_closure": ("dt u: nu*u_xx + Called(closure, u, u_x) - Partial(u**2/2, x, 1)",),
    "cahn_hilliard": ("dt u: lap(Variation(eps**2*(u_x**2 + u_y**2)/2 + (1 - u**2)**2/4, u))",),
    "convection_diffusion_resnet": ("dt z: -sigma*GraphLaplacian(z) + Called(v, z)",),
    "crank_nicolson_nodes": (
        (
            "iterate u: -r*AtNode(u, 1, -1)/2 - r*AtNode(u, 1, 1)/2 + (r + 1)*AtNode(u, 1, 0)"
            " = r*(AtNode(u, 0, -1) - 2*AtNode(u, 0, 0) + AtNode(u, 0, 1))/2 + AtNode(u, 0, 0)"
        ),
    ),
    "fsi": ("dt u: div(G*u_x, G*u_y)",),
    "gray_scott": (
        "dt u: Du*lap(u) + F*(1 - u) - u*v**2",
        "dt v: Dv*lap(v) + u*v**2 - v*(F + k)",
    ),
    "hammerstein": (
        "fixed_point u: a*Integral(exp(-Abs(x - y))*sin(AtPoint(u, y)), (y, 0, 1)) + f",
    ),
    "heat": ("dt u: kappa*lap(u)",),
    "implicit_diffusion": ("dt u: div(G*u_x, G*u_y)",),
    "inpainting_unet": ("steady u: mask*(-f + u) - (1 - mask)*div(G*u_x, G*u_y)",),
    "kuramoto_sivashinsky": ("dt u: -u*u_x - u_xx - u_xxxx",),
    "maxwell_tm": ("dt H[0]: -E_y/mu", "dt H[1]: E_x/mu", "dt E: (-H[0]_y + H[1]_x)/epsilon"),
    "navier_stokes": ("dt w: nu*lap(w) + psi_x*w_y - psi_y*w_x", "steady psi: -w - lap(psi)"),
    "neural_energy_descent": (),
    "perona_malik": ("dt u: div(G*u_x, G*u_y)",),
    "pign": (
        "fixed_point h: x + Neighbours(mean, Called(message, AtNode(h, 0, i), AtNode(h, 0, j)))",
    ),
    "poisson_multigrid": ("steady u: -f - lap(u)",),
    "schroedinger": ("dt re: -im_xx/2", "dt im: re_xx/2"),
    "swift_hohenberg": ("dt u: r*u - u**3 - u - 2*lap(u) - lap(lap(u))",),
    "symmetric_resnet": ("iterate u: -tau*ConvolvedAdjoint(K, Called(phi, Convolved(K, u))) + u",),
    "tnrd": (
        "iterate u: -fidelity*(-f + u) - tau*ConvolvedAdjoint(K, Called(phi, Convolved(K, u))) + u",
    ),
    "variable_heat": ("dt u: div(k*u_x, k*u_y)",),
    "wave": ("dtt u: c**2*lap(u)",),
}
# Placement and counts or spacings, number of periodic axes, number of walls.
GRIDS = {
    "acoustic_fdtd": ("cells", (128, 128), 2, 0),
    "advection": ("cells", (400,), 1, 0),
    "allen_cahn": ("cells", (256, 256), 2, 0),
    "beam_warming": ("lattice", None, 1, 0),
    "burgers_neural_closure": ("cells", (512,), 1, 0),
    "cahn_hilliard": ("cells", (128, 128), 2, 0),
    "convection_diffusion_resnet": ("graph", None, 0, 0),
    "crank_nicolson_nodes": ("lattice", None, 1, 0),
    "fsi": ("cells", (1, 1), 0, 4),
    "gray_scott": ("cells", (512, 512), 2, 0),
    "hammerstein": ("quadrature", (128,), 0, 0),
    "heat": ("cells", (256, 256), 2, 0),
    "implicit_diffusion": ("cells", (1, 1), 0, 4),
    "inpainting_unet": ("cells", (1, 1), 0, 4),
    "kuramoto_sivashinsky": ("cells", (256,), 1, 0),
    "maxwell_tm": ("cells", (200, 200), 0, 4),
    "navier_stokes": ("cells", (256, 256), 2, 0),
    "neural_energy_descent": ("sampled", None, 0, 0),
    "perona_malik": ("cells", (1, 1), 0, 4),
    "pign": ("graph", None, 0, 0),
    "poisson_multigrid": ("nodes", (255, 255), 0, 4),
    "schroedinger": ("cells", (400,), 0, 4),
    "swift_hohenberg": ("cells", (256, 256), 2, 0),
    "symmetric_resnet": ("cells", (1,), 0, 2),
    "tnrd": ("cells", (1, 1), 0, 4),
    "variable_heat": ("cells", (128, 64), 0, 4),
    "wave": ("cells", (192, 192, 192), 3, 0),
}


def contract(name: str) -> Model:
    path = EXAMPLES / f"{name}.scheme"
    return analyse(parse(Source(path.name, path.read_text("utf-8"))))


def test_the_table_is_complete() -> None:
    names = {path.stem for path in FILES}
    assert names <= EQUATIONS.keys() == GRIDS.keys()


@pytest.mark.parametrize("name", EQUATIONS)
def test_equations(name: str) -> None:
    model = contract(name)
    shown = []
    for equation in model.equations:
        left = "" if equation.left is None else f"{short(equation.left)} = "
        shown.append(f"{equation.kind} {equation.unknown}: {left}{short(equation.right)}")
    assert (
        tuple(line.replace("Called(g, u_x**2 + u_y**2)", "G") for line in shown)
        == (EQUATIONS[name])
    )


@pytest.mark.parametrize("name", GRIDS)
def test_grid_and_boundary(name: str) -> None:
    model = contract(name)
    grid, boundary = model.grid, model.boundary
    found = (grid.placement, grid.counts or grid.spacing)
    assert (*found, len(boundary.periodic), len(boundary.walls)) == GRIDS[name]


@pytest.mark.parametrize("name", EQUATIONS)
def test_nothing_to_warn_of(name: str) -> None:
    assert contract(name).warnings == ()


@pytest.mark.parametrize("name", EQUATIONS)
def test_analysis_takes_milliseconds(name: str) -> None:
    path = EXAMPLES / f"{name}.scheme"
    program = parse(Source(path.name, path.read_text("utf-8")))
    analyse(program)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        analyse(program)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.03


def test_values_are_exact() -> None:
    assert contract("heat").param("kappa").value == Rational(1, 10)
    assert contract("beam_warming").param("c").interval == (0, 4)
    assert [str(axis.high) for axis in contract("kuramoto_sivashinsky").axes] == ["32*pi"]
    walls = contract("variable_heat").boundary.walls
    assert [(w.axis, w.side, w.value, w.slope, w.right) for w in walls] == [
        (0, "low", 1, 0, 1),
        (0, "high", 2, 1, 0),
        (1, "low", 0, 1, 0),
        (1, "high", 0, 1, Rational(1, 2)),
    ]
    assert [str(data.formula) for data in contract("variable_heat").data] == [
        "(Where(x < 1, 1, 1/10),)"
    ]


def test_initial_values() -> None:
    maxwell = {str(i.unknown): i.value for i in contract("maxwell_tm").initial}
    assert list(maxwell) == ["E", "H[0]", "H[1]"], "the others start at zero"
    assert maxwell["H[0]"] == 0
    assert [(str(i.unknown), i.rate) for i in contract("wave").initial] == [
        ("u", False),
        ("u", True),
    ]
    assert str(contract("cahn_hilliard").initial[0].value) == "RandomUniform(1)/10 - 1/20"
    assert [str(i.unknown) for i in contract("navier_stokes").initial] == ["w"]
    assert contract("perona_malik").initial == ()


def test_methods() -> None:
    heat = contract("heat").time
    assert heat
    assert (heat.method.name, heat.step, heat.until) == (
        "explicit_euler",
        Rational(9, 10) * LIMIT,
        Rational(1, 20),
    )
    fsi = contract("fsi").time
    assert fsi
    assert (fsi.method.option("cycle"), fsi.method.option("frozen"), fsi.steps) == (10, True, 40)
    splitting = contract("convection_diffusion_resnet").time
    assert splitting
    assert splitting.method.arguments == ("explicit_euler", "explicit_euler")
    (multigrid,) = contract("inpainting_unet").solves
    smoother = multigrid.option("smoother")
    assert (smoother.name, smoother.arguments) == ("richardson", (Rational(9, 10) * LIMIT,))
    assert multigrid.option("sweeps") == (2, 2)
    assert contract("navier_stokes").solves[0].target == "psi"
    assert contract("tnrd").iterate_steps == 5
    assert contract("wave").space.order == 8


def test_claims_and_watches() -> None:
    burgers = contract("burgers_neural_closure").claims[0]
    assert (burgers.name, str(burgers.value), burgers.part) == ("conserves", "Integral(u)", "dx")
    assert contract("beam_warming").claims[0].parameter == "c"
    watched = contract("maxwell_tm").watches[0]
    assert watched.name == "energy"
    assert str(watched.value) == "Integral(E**2*epsilon + mu*(H[0]**2 + H[1]**2))/2"


def test_learned_parts() -> None:
    tnrd = contract("tnrd")
    kernel = tnrd.kernels[0]
    assert (kernel.source, kernel.target, kernel.size) == ("u", 24, (5, 5))
    assert kernel.trainable
    assert kernel.per_step
    spline = tnrd.functions[0]
    assert spline.per_channel
    assert spline.per_step
    assert spline.body.options == (("knots", 31), ("range", (-1, 1)))
    assert tnrd.param("tau").of_limit
    message = contract("pign").functions[0]
    assert message.body.sizes == (128, 64, 64)
    assert message.lipschitz == Rational(1, 2)
    energy = contract("neural_energy_descent").energies[0]
    assert "BoundaryIntegral(Called(u, x, y)**2)" in str(energy[1])
