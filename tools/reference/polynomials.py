"""Fits the polynomials of Sources/CKernels/cpu/functions.h and prints them as C.

Each is the polynomial of least relative error on Chebyshev nodes, found by iteratively reweighted least squares
(Lawson 1961) in 60-digit arithmetic and rounded to float32 one coefficient at a time, lowest first, the rest being
fitted again after each rounding.

    python tools/reference/polynomials.py
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 60


def solve(nodes, values, weights, powers):
    rows = mp.matrix(len(nodes), len(powers))
    right = mp.matrix(len(nodes), 1)
    for i, (x, y, w) in enumerate(zip(nodes, values, weights)):
        scale = mp.sqrt(w) / abs(y)
        for j, power in enumerate(powers):
            rows[i, j] = scale * x**power
        right[i] = scale * y
    return [mp.mpf(c) for c in mp.lu_solve(rows.T * rows, rows.T * right)]


def fit(name, function, low, high, degree):
    """Prints the polynomial of `degree` that is closest to `function` relative to it on [low, high]."""
    count = 6 * (degree + 1)
    middle, half = mp.mpf(low + high) / 2, mp.mpf(high - low) / 2
    nodes = [middle + half * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / count) for i in range(count)]
    values = [function(x) for x in nodes]
    rounded = []
    for start in range(degree + 1):
        powers = list(range(start, degree + 1))
        rest = [y - sum(c * x**k for k, c in enumerate(rounded)) for x, y in zip(nodes, values)]
        weights = [mp.mpf(1) / count] * count
        for _ in range(25):
            scaled = [w * (r / y) ** 2 for w, r, y in zip(weights, rest, values)]
            coefficients = solve(nodes, rest, scaled, powers)
            errors = [
                abs(sum(c * x**k for c, k in zip(coefficients, powers)) - r) / abs(y)
                for x, r, y in zip(nodes, rest, values)
            ]
            total = sum(w * e for w, e in zip(weights, errors))
            if total == 0:
                break
            weights = [w * e / total + mp.mpf(10) ** -40 for w, e in zip(weights, errors)]
        rounded.append(mp.mpf(float(np.float32(float(coefficients[0])))))
    worst = max(
        abs(sum(c * x**k for k, c in enumerate(rounded)) - y) / abs(y) for x, y in zip(nodes, values)
    )
    print(f"/* {name}: relative error {mp.nstr(worst, 3)} */")
    print(", ".join(f"{float(c):.9g}f" for c in rounded))


def scaled_complement(t):
    """exp(z^2) erfc(z) (1 + 2 z) where t = (z - 2) / (z + 2)."""
    z = 2 * (1 + t) / (1 - t)
    return mp.exp(z * z) * mp.erfc(z) * (1 + 2 * z)


if __name__ == "__main__":
    r = mp.log(2) / 2 * mp.mpf("1.001")
    fit("(exp(r) - 1 - r) / r^2", lambda x: (mp.exp(x) - 1 - x) / x**2, -r, r, 4)
    tiny = mp.mpf(10) ** -9
    fit("(tanh(x) / x - 1) / x^2 in x^2", lambda s: (mp.tanh(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, tiny, mp.mpf("0.4"), 5)
    low, high = mp.sqrt(mp.mpf(1) / 2) - 1, mp.sqrt(2) - 1
    fit("(log(1 + x) - x) / x^2", lambda x: (mp.log(1 + x) - x) / x**2, low, high, 8)
    q = (mp.pi / 4) ** 2
    fit("(sin(x) / x - 1) / x^2 in x^2", lambda s: (mp.sin(mp.sqrt(s)) / mp.sqrt(s) - 1) / s, tiny, q, 3)
    fit("(cos(x) - 1) / x^2 in x^2", lambda s: (mp.cos(mp.sqrt(s)) - 1) / s, tiny, q, 3)
    top = (mp.mpf(11) - 2) / (11 + 2)
    fit("exp(z^2) erfc(z) (1 + 2 z) in (z - 2) / (z + 2)", scaled_complement, -1, top, 9)
