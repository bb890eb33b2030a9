"""The meaning of a scheme, against which emitted code is tested: slow, obvious, without torch.

Evaluator(scheme=scheme, counts=(5, 4), arithmetic="exact").run({"u": u}, Fraction(1, 8), 3)
"""

from .arithmetic import NotRational, Singular
from .evaluator import Evaluator

__all__ = ["Evaluator", "NotRational", "Singular"]
