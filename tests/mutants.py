"""Random changes of certificates of kind "linear": numbers, parts left out, coherent lies."""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from iterant.runtime.checker.document import digest

Data = dict[str, Any]
Random = np.random.Generator
Change = Callable[[Data, Data, Random], None]  # the mutant, another certificate

FACTORS = [Fraction(f) for f in ("1000001/1000000", "999999/1000000", "2", "1/2", "-1", "9/10")]


def number(text: Any) -> Fraction | None:
    """The rational that a text writes."""
    try:
        return Fraction(text) if isinstance(text, str) else None
    except ValueError:
        return None


def places(data: Any, wanted: Callable[[Any], bool]) -> list[tuple[Any, Any]]:
    """(container, key) of every value that is wanted."""
    found: list[tuple[Any, Any]] = []
    items = data.items() if isinstance(data, dict) else (
        enumerate(data) if isinstance(data, list) else ())  # fmt: skip
    for key, value in items:
        found += [(data, key)] if wanted(value) else []
        found += places(value, wanted)
    return found


def pick(found: list[Any], random: Random) -> Any:
    """One of them."""
    return found[int(random.integers(len(found)))]


def _number(data: Any, random: Random) -> None:
    where, key = pick(places(data, lambda v: number(v) is not None), random)
    old = Fraction(where[key])
    where[key] = str(old * pick(FACTORS, random) if random.random() < 0.7 else old + 1)


def _whole(data: Any, random: Random) -> None:
    found = places(data, lambda v: isinstance(v, int) and not isinstance(v, bool))
    where, key = pick(found, random)
    where[key] += 1 if random.random() < 0.5 else -1


# ---- the proof


def proof_number(data: Data, other: Data, random: Random) -> None:
    _number(data["proof"]["parts"], random)


def proof_whole(data: Data, other: Data, random: Random) -> None:
    _whole(data["proof"]["parts"], random)


def proof_flag(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"], lambda v: isinstance(v, bool)), random)
    where[key] = not where[key]


def proof_drop(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["proof"]["parts"], lambda v: isinstance(v, list) and v), random)
    where[key].pop(int(random.integers(len(where[key]))))


def proof_order(data: Data, other: Data, random: Random) -> None:
    found = places(data["proof"], lambda v: isinstance(v, list) and len(v) > 1)
    where, key = pick(found, random)
    where[key].reverse()


def proof_sample(data: Data, other: Data, random: Random) -> None:
    part = pick(data["proof"]["parts"], random)
    k = int(random.integers(len(part["samples"])))
    part["samples"].pop(k)
    if part["inside"]:
        part["inside"].pop(max(0, k - 1))


def proof_polynomial(data: Data, other: Data, random: Random) -> None:
    """Another polynomial that the conditions are about."""
    own = data["proof"].get("polynomial")
    if own is None:
        return proof_number(data, other, random)
    if random.random() < 0.5:
        _number(own, random)
    elif random.random() < 0.5:
        _whole(own, random)
    else:
        data["proof"]["polynomial"] = other["proof"]["polynomial"]
    return None


def proof_variable(data: Data, other: Data, random: Random) -> None:
    proof = data["proof"]
    if proof["fixed"] and random.random() < 0.5:
        proof["fixed"].pop()
    elif proof["variable"]:
        name = pick(sorted(proof["variable"]), random)
        proof["variable"][name] += int(random.choice([-1, 1]))
    else:
        proof["variable"]["tau"] = 1


def proof_foreign(data: Data, other: Data, random: Random) -> None:
    proof = other["proof"]
    if random.random() < 0.5:
        data["proof"] = proof
    else:
        pick(data["proof"]["parts"], random)["conditions"] = proof["parts"][0]["conditions"]


def proof_case(data: Data, other: Data, random: Random) -> None:
    data["proof"]["case"] = pick(["roots", "waves", "energy"], random)
    data["proof"]["weights"] = pick([[], ["1", "1"], ["1", "1/2"]], random)
    data["statement"], data["norm"] = other["statement"], other["norm"]


# ---- what is stated


def limit(data: Data, other: Data, random: Random) -> None:
    """Another limit, in every place that states it."""
    if data["limit"] is None:
        return interval(data, other, random)
    factor, old = pick(FACTORS, random), data["limit"]["closed_form"]
    new = f"{factor.numerator}*({old})/{factor.denominator}"
    data["limit"]["closed_form"] = new
    data["statement"] = data["statement"].replace(old, new)
    data["limit"]["value"] = str(factor * Fraction(data["limit"]["value"]))
    return None


def interval(data: Data, other: Data, random: Random) -> None:
    """Another end of a set, in every place that states it."""
    if not data["set"]:
        return statement(data, other, random)
    own = pick(data["set"], random)
    side, old = pick(["low", "high"], random), shown(own)
    value = number(own[side])
    if value is None:
        own[side] = own[f"{side}_value"] = pick(["2", "-2", "1/10"], random)
    else:
        moved = value * pick(FACTORS, random) if random.random() < 0.6 else value + 1
        own[side] = own[f"{side}_value"] = str(moved)
    data["statement"] = data["statement"].replace(old, shown(own))
    return None


def closed(data: Data, other: Data, random: Random) -> None:
    """An end that belongs to the set or no longer does, in every place that states it."""
    k, at = int(random.integers(len(data["proof"]["parts"]))), int(random.integers(2))
    part = data["proof"]["parts"][k]
    part["closed"][at] = not part["closed"][at]
    if data["set"]:
        old, side = shown(data["set"][k]), ("low_closed", "high_closed")[at]
        data["set"][k][side] = part["closed"][at]
        data["statement"] = data["statement"].replace(old, shown(data["set"][k]))
    elif data["limit"] is not None and at:
        data["limit"]["attained"] = part["closed"][1]
        data["statement"] = data["statement"].replace("tau <= ", "tau < ").replace(
            "tau < ", "tau <= " if part["closed"][1] else "tau < ")  # fmt: skip


def shown(own: Data) -> str:
    """An interval as a statement writes it."""
    left, right = "[" if own["low_closed"] else "(", "]" if own["high_closed"] else ")"
    return f"{left}{own['low'] or '-oo'}, {own['high'] or 'oo'}{right}"


def beyond(data: Data, other: Data, random: Random) -> None:
    """The part goes on past its end, with a sample there and the limit to match."""
    part = pick(data["proof"]["parts"], random)
    old = part["high"]
    if old is None:
        return limit(data, other, random)
    far = Fraction(old["high"]) * pick([Fraction(3, 2), Fraction(100001, 100000)], random)
    part["inside"].append(old)
    part["samples"].append(str((Fraction(old["high"]) + far) / 2))
    part["high"] = {"polynomial": [str(-far.numerator), str(far.denominator)],
                    "low": str(far), "high": str(far)}  # fmt: skip
    if data["set"]:
        own = data["set"][data["proof"]["parts"].index(part)]
        before = shown(own)
        own["high"] = own["high_value"] = str(far)
        data["statement"] = data["statement"].replace(before, shown(own))
    return None


def hypothesis(data: Data, other: Data, random: Random) -> None:
    """One less, a weaker one, or that of another certificate."""
    texts = data["hypotheses"]
    if not texts:
        texts.append("r > 0")
        return
    k = int(random.integers(len(texts)))
    name = texts[k].split()[0]
    new = [None, f"{name} real", f"{name} in [0, oo]", f"{name} > 0", f"{name} = 1/7"]
    if (chosen := pick([*new, *other["hypotheses"]], random)) is None:
        texts.pop(k)
    else:
        texts[k] = chosen


def statement(data: Data, other: Data, random: Random) -> None:
    """A sentence of another certificate, or a part of it."""
    name = pick(["claim", "statement", "norm", "bound", "limit", "set", "parameter"], random)
    data[name] = other[name]


# ---- the scheme


def scheme_number(data: Data, other: Data, random: Random) -> None:
    own = data["scheme"]
    _number({k: own[k] for k in ("nodes", "rates", "step")}, random)


def scheme_whole(data: Data, other: Data, random: Random) -> None:
    own = data["scheme"]
    _whole({k: own[k] for k in ("nodes", "rates", "step", "unknowns")}, random)


def scheme_value(data: Data, other: Data, random: Random) -> None:
    """Another value of a parameter or of the spacing, in the hypotheses too."""
    own = data["scheme"]
    found = [(p, p["name"]) for p in own["parameters"]] + [(a, a["spacing"]) for a in own["axes"]]
    entry, name = pick(found, random)
    value = Fraction(entry["value"]) * pick([*FACTORS, Fraction(0)], random)
    if random.random() < 0.8:
        data["hypotheses"] = [
            f"{name} = {value}" if t.startswith(f"{name} = ") else t for t in data["hypotheses"]
        ]
    entry["value"] = str(value)


def scheme_flag(data: Data, other: Data, random: Random) -> None:
    where, key = pick(places(data["scheme"], lambda v: isinstance(v, bool)), random)
    where[key] = not where[key]


def scheme_drop(data: Data, other: Data, random: Random) -> None:
    own = {k: data["scheme"][k] for k in ("nodes", "rates", "step")}
    where, key = pick(places(own, lambda v: isinstance(v, list) and v), random)
    where[key].pop(int(random.integers(len(where[key]))))


def scheme_word(data: Data, other: Data, random: Random) -> None:
    """A name in the step or a coefficient is replaced by another one."""
    own = {k: data["scheme"][k] for k in ("nodes", "rates", "step")}
    words = places(own, lambda v: isinstance(v, str) and number(v) is None and v != "")
    (where, key), (there, name) = pick(words, random), pick(words, random)
    where[key] = there[name]


def scheme_foreign(data: Data, other: Data, random: Random) -> None:
    part = pick(["nodes", "step", "rates", "parameters", None], random)
    if part is None:
        data["scheme"] = other["scheme"]
    else:
        data["scheme"][part] = other["scheme"][part]


CHANGES: tuple[Change, ...] = (
    proof_number, proof_number, proof_whole, proof_flag, proof_drop, proof_order, proof_sample,
    proof_polynomial, proof_variable, proof_foreign, proof_case, limit, limit, interval, interval,
    closed, closed, beyond, hypothesis, statement, scheme_number, scheme_number, scheme_whole,
    scheme_value, scheme_value, scheme_flag, scheme_drop, scheme_word, scheme_foreign,
)  # fmt: skip


def mutants(
    certificates: list[str], count: int, random: Random, changes: tuple[Change, ...] = CHANGES
) -> Iterator[tuple[str, Data, Data]]:
    """(the change, the original, the mutant), sealed again; some are changed twice."""
    while count:
        text, foreign = pick(certificates, random), pick(certificates, random)
        original, mutant = json.loads(text), json.loads(text)
        change = pick(list(changes), random)
        try:
            change(mutant, json.loads(foreign), random)
            if random.random() < 0.15:
                pick(list(changes), random)(mutant, json.loads(foreign), random)
        except (IndexError, KeyError, TypeError, ValueError, ZeroDivisionError):
            continue  # nothing there to change
        if mutant == original:
            continue
        mutant["scheme_sha256"] = digest(mutant["scheme"])
        count -= 1
        yield change.__name__, original, mutant
