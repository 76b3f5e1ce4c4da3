"""How sure a share is: the exact guard before a pause is proposed, and the interval that mails show.

Pure. The guard is exact in whole numbers; the interval is for people to read and decides nothing.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import comb, gcd

# The two-sided 95 % quantile of the normal distribution, 1.959964, squared.
_Z_SQUARED = Decimal("3.841458820694124")


@lru_cache(maxsize=4096)
def is_significantly_below(*, answered: int, resolved: int, target_percent: int, level_permille: int) -> bool:
    """Whether `resolved` of `answered` is so low that chance at the target is an unlikely explanation.

    Exact one-sided binomial test: P(X ≤ resolved | n = answered, p = target) ≤ level. All in integers, so that no
    rounding can tip anybody over the edge: Σ C(n,k)·a^k·(b−a)^(n−k) · 1000 ≤ level · b^n with p = a/b. Summed from the
    largest term down, each of which shrinks faster than the one before, until what is left can't matter.
    """
    if answered == 0:
        return False
    shared = gcd(target_percent, 100)
    hits: int = target_percent // shared
    whole: int = 100 // shared
    misses = whole - hits
    if misses == 0:
        return resolved < answered
    term: int = comb(answered, resolved) * hits**resolved * misses ** (answered - resolved)
    at_most: int = level_permille * whole**answered // 1000
    total = 0
    for k in range(resolved, -1, -1):
        total += term
        if total > at_most:
            return False
        following = term * k * misses // ((answered - k + 1) * hits)  # exact: each term is a whole number
        # The rest is less than the geometric series that shrinks as slowly as this step.
        if following < term and (at_most - total) * (term - following) >= following * term:
            return True
        term = following
    return True


def wilson_interval(*, answered: int, resolved: int) -> tuple[Decimal, Decimal]:
    """Return the ends of the 95 % Wilson score interval of the share, in percent with one decimal.

    Raises:
        ValueError: there were no calls, and a share of nothing has no interval.
    """
    if answered < 1:
        raise ValueError("no calls, no interval")
    n, share = Decimal(answered), Decimal(resolved) / Decimal(answered)
    middle = share + _Z_SQUARED / (2 * n)
    half_width = (_Z_SQUARED * (share * (1 - share) / n + _Z_SQUARED / (4 * n * n))).sqrt()
    scale = 100 / (1 + _Z_SQUARED / n)
    tenth = Decimal("0.1")
    low, high = (((middle + sign * half_width) * scale).quantize(tenth, rounding=ROUND_HALF_UP) for sign in (-1, 1))
    return max(low, Decimal("0.0")), min(high, Decimal("100.0"))
