"""Property tests of your own schemes: what is certified is run, what is refuted is seen to grow.

>>> from iterant.testing import assert_certificate_holds
>>> text = '''
... scheme heat
... domain x in [0, 1]
... grid 32
... boundary periodic
... field u
... equation dt(u) = dxx(u)
... time explicit_euler, step limit, steps 10
... certify l2_stable
... '''
>>> assert_certificate_holds(text, trials=2)[0]
'l2_stable: norms of u over 32 steps'

`schemes`, `fields` and `parameters` are strategies of hypothesis, an optional library: the extra
`test` brings it.
"""

from .draws import fields, parameters, schemes
from .holding import assert_certificate_holds

__all__ = ["assert_certificate_holds", "fields", "parameters", "schemes"]
