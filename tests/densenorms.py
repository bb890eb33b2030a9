"""The norm of a padded kernel by a dense matrix: ghosts written out one by one, no shared code."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
RULES = ("zero", "even", "odd", "even_node", "odd_node")


def ghost(index: int, n: int, pair: tuple[str, str]) -> tuple[int, int]:
    """The value inside that a ghost repeats, and its sign; sign 0 for a ghost that is 0."""
    sign = 1
    while not 0 <= index < n:
        far = index >= n
        j = index - n + 1 if far else -index  # the number of the ghost, from 1
        match pair[far]:
            case "periodic":
                return index % n, sign
            case "zero":
                return 0, 0
            case "even":
                inward = j - 1
            case "odd":
                inward, sign = j - 1, -sign
            case "even_node":
                inward = j
            case "odd_node":
                if j == 1:
                    return 0, 0
                inward, sign = j - 2, -sign
            case other:
                raise ValueError(other)
        index = n - 1 - inward if far else inward
    return index, sign


def shifts(size: int, n: int, pair: tuple[str, str]) -> Array:
    """(size, n, n): row i of matrix q picks the padded value i + q - low."""
    found = np.zeros((size, n, n))
    for q in range(size):
        for i in range(n):
            index, sign = ghost(i + q - (size - 1) // 2, n, pair)
            found[q, i, index] += sign
    return found


def dense(kernel: Array, rules: tuple[tuple[str, str], ...], counts: tuple[int, ...]) -> Array:
    """The matrix of K on a grid, (out * N, in * N), from a kernel (out, in, k_1, .., k_d)."""
    moved = kernel
    for axis, (pair, n) in enumerate(zip(rules, counts, strict=True)):
        # the taps of the first axis left are contracted; rows and columns go to the end
        assert moved.shape[2] == kernel.shape[2 + axis]
        moved = np.tensordot(moved, shifts(moved.shape[2], n, pair), axes=(2, 0))
    d = len(counts)
    order = [0, *range(2, 2 + 2 * d, 2), 1, *range(3, 3 + 2 * d, 2)]
    out, inputs = kernel.shape[:2]
    size = int(np.prod(counts))
    return moved.transpose(order).reshape(out * size, inputs * size)


def norm(kernel: Array, rules: tuple[tuple[str, str], ...], counts: tuple[int, ...]) -> float:
    """The largest singular value, to about 1e-14 of itself."""
    matrix = dense(kernel, rules, counts)
    gram = matrix.T @ matrix if matrix.shape[1] <= matrix.shape[0] else matrix @ matrix.T
    return float(np.sqrt(max(np.linalg.eigvalsh(gram)[-1], 0.0)))
