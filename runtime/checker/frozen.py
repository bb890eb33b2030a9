"""A certificate for given weights: the numbers of a safetensors file, exactly as they are.

Every number of the file is a dyadic rational. For kind "learned" the norm of every kernel is
bounded again, the sector of every curve read off its table, and c L N^2 summed up against 2 a with
the step that the file holds; for other kinds trained parameters have to lie in their sets.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .document import Document
from .kernels import norm_above
from .learned import MOST, blocks_of, points_of, rules_of
from .ranges import Range, Rejected, only
from .report import Report
from .trees import Tree, extent

FORMATS = {"F64": ("d", 8), "F32": ("f", 4)}
LARGEST = 2**24  # numbers of one weight


@dataclass(frozen=True, slots=True)
class Array:
    """Numbers in C order, with their shape."""

    shape: tuple[int, ...]
    values: tuple[Fraction, ...]

    def row(self, index: int) -> Array:
        """One entry along the first axis."""
        size = len(self.values) // self.shape[0]
        return Array(self.shape[1:], self.values[index * size : (index + 1) * size])


def arrays(raw: bytes) -> dict[str, Array]:
    """The arrays of a safetensors file: a header of JSON behind its length, then the numbers."""
    size = int.from_bytes(raw[:8], "little")
    if not 0 < size <= len(raw) - 8:
        raise Rejected("the weights are no safetensors file")
    header, body = json.loads(raw[8 : 8 + size]), raw[8 + size :]
    return {n: _array(entry, body) for n, entry in header.items() if n != "__metadata__"}


def _array(entry: Mapping[str, Any], body: bytes) -> Array:
    letter, width = FORMATS.get(entry["dtype"], ("", 0))
    first, last = entry["data_offsets"]
    shape = tuple(entry["shape"])
    count = math.prod(shape)
    if not letter or not 0 <= first <= last <= len(body) or last - first != count * width:
        raise Rejected("an array of the weights is malformed")
    if count > LARGEST:
        raise Rejected("an array of the weights is too large")
    numbers = struct.unpack(f"<{count}{letter}", body[first:last])
    if not all(map(math.isfinite, numbers)):
        raise Rejected("a weight is not finite")
    return Array(shape, tuple(map(Fraction, numbers)))


def check_weights(certificate: Mapping[str, Any], raw: bytes) -> Report:
    """Whether a certificate that is accepted as such holds for these numbers."""
    try:
        stamp = certificate.get("weights_sha256", "")
        if stamp and hashlib.sha256(raw).hexdigest() != stamp:
            raise Rejected("the certificate was made for other weights")
        found = arrays(raw)
        document = Document(certificate["scheme"])
        _inside_sets(document, found)
        if certificate["kind"] == "learned":
            _learned(document, certificate, found)
    except Rejected as trouble:
        return Report(accepted=False, reason=str(trouble))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as trouble:
        return Report(accepted=False, reason=f"malformed: {type(trouble).__name__}: {trouble}")
    return Report(accepted=True, reason=f"{certificate['claim']} holds for these weights")


def _inside_sets(document: Document, found: Mapping[str, Array]) -> None:
    """Trained parameters lie in the sets for which the certificate speaks."""
    for name, own in document.parameters.items():
        if not own["trainable"]:
            continue
        if name not in found:
            raise Rejected(f"the weights hold no {name}")
        limits = document.sets[name]
        inside = all(limits.low <= v <= limits.high for v in found[name].values)
        if not inside or (own["positive"] and not all(v > 0 for v in found[name].values)):
            raise Rejected(f"{name} lies outside its set")


def _learned(
    document: Document, certificate: Mapping[str, Any], found: Mapping[str, Array]
) -> None:
    """T <= 2 a in every step, by the numbers of the file."""
    names = {*document.kernels, *document.curves, *(name for name, _ in document.limits)}
    missing = names - found.keys()
    if missing:
        raise Rejected(f"the weights hold no {min(missing)}")
    for count in range(_steps(document, found)):
        _step(document, certificate, _row(document, found, count))


def _steps(document: Document, found: Mapping[str, Array]) -> int:
    """Rows of weights that have one a step; 1 where none has."""
    counts = {found[n].shape[0] for n in document.rows}
    if len(counts) > 1:
        raise Rejected("the weights have different numbers of steps")
    return counts.pop() if counts else 1


def _row(document: Document, found: Mapping[str, Array], step: int) -> dict[str, Array]:
    return {n: a.row(step) if n in document.rows else a for n, a in found.items()}


def _step(document: Document, certificate: Mapping[str, Any], row: Mapping[str, Array]) -> None:
    """c_1 L_1 N_1^2 + ... <= 2 a, and a >= 0."""
    box: dict[str, Range] = {}
    for name in document.parameters:
        values = row[name].values if name in row else None
        box[name] = document.values[name] if values is None else Range(min(values), max(values))
    block, sectors = blocks_of(document, certificate["proof"])
    total = only(0)
    for (factor, kernel, _), high in zip(block.parts, sectors, strict=True):
        norm = _norm(document, kernel, row[kernel])
        total += extent(factor, box) * _high(document, high, box, row) * only(norm).power(2)
    keep = extent(["+", "0", *block.keep], box)
    if total.low < 0 or total.high > 2 * keep.low:
        raise Rejected("a step is above the limit of its weights")


def _norm(document: Document, kernel: str, weights: Array) -> Fraction:
    own = document.kernels[kernel]
    outputs, inputs, sizes = own["outputs"], own["inputs"], own["size"]
    if weights.shape != (outputs, inputs, *sizes):
        raise Rejected(f"the weights of {kernel} have another shape")
    taps = math.prod(sizes)
    numbers = [
        [list(weights.values[(o * inputs + c) * taps :][:taps]) for c in range(inputs)]
        for o in range(outputs)
    ]
    return norm_above(numbers, sizes, rules_of(document), points=points_of(document) or MOST)


def _high(
    document: Document, high: Tree, box: Mapping[str, Range], row: Mapping[str, Array]
) -> Range:
    """The end of a sector: a formula, or the largest entry of a curve's table, all >= 0."""
    if isinstance(high, str) or high[0] != "sector":
        return extent(high, box)
    table = row[high[1]].values
    if min(table) < 0:
        raise Rejected(f"the curve {high[1]} leaves its sector")
    return only(max(table))
