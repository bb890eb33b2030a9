"""An emitted module beside the reference of its scheme, on two random samples a batch."""

import traceback
from dataclasses import dataclass

import numpy as np
import torch

import iterant
from house import ROOT
from iterant.compiler.channels import channels_of
from iterant.compiler.model import Learned, is_curve
from iterant.compiler.naming import attribute
from iterant.compiler.reference import Evaluator
from iterant.compiler.scheme import Scheme
from strategies import Case
from variants import explicit_variant

TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5}
# Contract files that run as they are, or with an explicit method, on tiny grids.
CONTRACT = {
    "acoustic_fdtd": [(5, 4), (1, 2)],
    "advection": [(7,), (1,)],
    "beam_warming": [(7,), (1,)],
    "burgers_neural_closure": [(6,), (1,)],
    "crank_nicolson_nodes": [(7,), (1,)],
    "fsi": [(5, 4), (1, 1)],
    "gray_scott": [(4, 3)],
    "heat": [(5, 4), (2, 1)],
    "maxwell_tm": [(5, 4), (1, 2)],
    "perona_malik": [(5, 4), (1, 3)],
    "schroedinger": [(7,), (1,)],
    "variable_heat": [(5, 4), (1, 2)],
    "wave": [(4, 3, 2), (1, 1, 1)],
}


def inputs_of(scheme, evaluator):
    """Random arrays by name, one a sample: fields, and data without a formula."""
    rng = np.random.default_rng(3)
    given = [u for u in scheme.unknowns if u.symbol.name not in evaluator.data]
    return [
        {u.symbol.name: drawn(rng, u, shape_of(scheme, evaluator, u)) for u in given}
        for _ in range(2)
    ]


def shape_of(scheme, evaluator, unknown):
    """The shape of an array, its channels before the axes if it has several."""
    channels = channels_of(scheme.model, unknown.symbol)
    own = (channels,) if channels > 1 else ()
    return (*own, *evaluator.problem.shape(unknown.symbol.name))


def drawn(rng, unknown, shape):
    """Values in [-1, 1], and 0 at faces that lie on a wall where they are held at 0."""
    values = rng.uniform(-1, 1, shape)
    for axis, edges in enumerate(unknown.edges):
        for place, edge in zip((0, -1), edges, strict=True):
            if edge.rule == "wall" and edge.mirror == 1 and edge.slope == 0:
                np.moveaxis(values, axis - len(unknown.edges), 0)[place] = 0
    return values


def learned(scheme, module):
    """Random weights for every mlp, put into the module, and as the reference wants them."""
    found = {}
    torch.manual_seed(7)
    with torch.no_grad():
        for weight in (w for n, w in module.named_parameters() if not n.startswith("closure")):
            weight += 0.3 * torch.randn_like(weight)
    for kernel in scheme.model.kernels:
        found[kernel.name] = getattr(module, attribute(kernel.name)).detach().double().numpy()
    for function in scheme.model.functions:
        if is_curve(function):
            table = getattr(module, attribute(function.name))
            found[function.name] = table.detach().double().numpy()
        elif isinstance(function.body, Learned):
            torch.manual_seed(5)
            layers = [m for m in module.modules() if isinstance(m, torch.nn.Linear)]
            for layer in layers:
                torch.nn.init.normal_(layer.weight, std=0.5)
                torch.nn.init.normal_(layer.bias, std=0.5)
            found[function.name] = [
                (m.weight.detach().double().numpy(), m.bias.detach().double().numpy())
                for m in layers
            ]
    return found


def trained(scheme, module):
    """Parameters that are learned, or follow from what is, by their values now."""
    names = {p.name for p in scheme.model.params if p.of_limit or p.trainable}
    values = dict(zip(module.plan.weights, getattr(module, "weights", tuple)(), strict=True))
    return {
        name: values.get(attribute(name), getattr(module, attribute(name), None))
        .detach().double().numpy()
        for name in names
    }  # fmt: skip


def packed(scheme, samples, dtype):
    """The module's arguments in its order: first those that it needs, then those it can make."""
    started = {i.unknown.name for i in scheme.model.initial}
    needed, optional = [], []
    for group in (*scheme.model.fields, *scheme.model.data):
        names = [s.name for s in group.symbols]
        if names[0] not in samples[0]:
            optional.append(None)
            continue
        parts = [torch.tensor(np.stack([s[n] for s in samples]), dtype=dtype) for n in names]
        value = vector(parts, len(scheme.axes)) if group.vector else parts[0]
        (optional if started and group in scheme.model.fields else needed).append(value)
    return needed + optional


def vector(parts, dim):
    """(..., d, ...) where the components have one shape, else a tuple."""
    same = len({p.shape for p in parts}) == 1
    return torch.stack(parts, dim=-1 - dim) if same else tuple(parts)


def unpacked(scheme, output):
    """What a module returns as arrays by component name, samples first."""
    output = output if isinstance(output, dict) else {scheme.model.fields[0].name: output}
    found = {}
    for field in scheme.model.fields:
        values = output[field.name]
        if field.vector:
            parts = values if isinstance(values, tuple) else values.unbind(-1 - len(scheme.axes))
        else:
            parts = [values]
        named = zip(field.symbols, parts, strict=True)
        found |= {symbol.name: part.detach().double().numpy() for symbol, part in named}
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """A case compiled and loaded, with the reference and two samples of inputs beside it."""

    module: torch.nn.Module
    scheme: Scheme
    evaluator: Evaluator
    samples: list[dict[str, np.ndarray]]
    bodies: int

    @property
    def steps(self):
        """Whole bodies, as the user counts steps."""
        return self.scheme.step.start_steps + self.bodies * self.scheme.step.inner

    def check(self, output, tolerance):
        """What the module returned against the reference, sample by sample."""
        tau = float(self.scheme.step_value or 1)
        for name, values in unpacked(self.scheme, output).items():
            for found, sample in zip(values, self.samples, strict=True):
                rates = {n: a for n, a in self.evaluator.initial().items() if n not in sample}
                expected = self.evaluator.run({**rates, **sample}, tau, self.steps)
                close(found, expected[name], sample, tolerance, name)


def prepare(case, *, dtype=torch.float64, **overrides):
    """Compile and load a case, refuted or not."""
    artifact = iterant.compile(case.text, force=True, **overrides)
    module, scheme = artifact.module(dtype=dtype), artifact.scheme
    weights = learned(scheme, module)
    evaluator = Evaluator(
        scheme=scheme, counts=case.counts, weights=weights, parameters=trained(scheme, module)
    )
    bodies = (case.steps - scheme.step.start_steps) // scheme.step.inner
    samples = inputs_of(scheme, evaluator)
    return Equality(
        module=module, scheme=scheme, evaluator=evaluator, samples=samples, bodies=bodies
    )


def compare(case, *, dtype=torch.float64, **overrides):
    """start, bodies and finish of the emitted module against the reference."""
    equal = prepare(case, dtype=dtype, **overrides)
    with torch.no_grad():
        state = equal.module.start(*packed(equal.scheme, equal.samples, dtype))
        for index in range(equal.bodies):
            state = equal.module.step(state, index)
        equal.check(equal.module.finish(state, equal.bodies), TOLERANCE[dtype])


def told(check, *arguments, **more):
    """Run a check; what fails is told from here.

    Each emitted text is a file of its own, so that hypothesis would take every example for another
    fault and never shrink one.
    """
    try:
        check(*arguments, **more)
    except Exception:  # noqa: BLE001
        story = traceback.format_exc()
    else:
        return
    raise AssertionError(story)


def close(found, expected, sample, tolerance, name):
    """Equal to a share of the largest value before or after."""
    assert found.shape == expected.shape, name
    scale = max(np.abs(expected).max(), *(np.abs(a).max() for a in sample.values()))
    assert np.isfinite(scale), f"{name} is not finite"
    np.testing.assert_allclose(found / scale, expected / scale, atol=tolerance, err_msg=name)


def contract(name, counts):
    """A contract file on a tiny grid, with an explicit method, and what overrides its size."""
    text = explicit_variant(name, (ROOT / "examples" / f"{name}.scheme").read_text())
    sized = {} if "spacing" in text or "domain" not in text else {"grid": counts}
    return Case(text=text, counts=counts, steps=20 if name == "fsi" else 3), sized


FILES = [(n, c) for n, grids in CONTRACT.items() for c in grids]
