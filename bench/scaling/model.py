#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The cost of a step over ranks: a model, checked against measurements, and what it predicts.

A step takes the time of one process for its share of the rows, and that of adding up the gradient. With L =
log2(P), the latency a of a message, b seconds a byte for its way and c for adding and copying it, n bytes
over P ranks take the least of
    recursive doubling   L (a + n (b + c))
    halving, doubling    2 L a + 2 (P-1)/P n b + (P-1)/P n c
    a ring               2 (P-1) a + 2 (P-1)/P n b + (P-1)/P n c
That the sum of one layer runs while the next is computed is left out.

usage: model.py MEASURED [--in PAGE]    prints the tables; with --in fails where the page lacks a line of them
"""
import math
import sys

CORES, SECONDS_A_FLOP = 32, 1 / 50e9  # of a node: 32 cores of 50 GFLOP/s each, less than one core measured here
COPY = 0.35e-9  # seconds a byte: measured here, 65 kB through shared memory
NETWORKS = {"10 Gbit/s": (15e-6, 8 / 10e9), "100 Gbit/s": (3e-6, 8 / 100e9)}
PARAMETERS = (100_000, 1_000_000, 10_000_000)
ROWS = (1024, 65536, 10_000_000)
NODES = (8, 32, 128, 512, 1024)


def add_up(ranks, parameters, latency, byte, copy):
    if ranks == 1:
        return 0.0
    n, steps, share = 8 * parameters, math.ceil(math.log2(ranks)), (ranks - 1) / ranks
    way = share * n * (2 * byte + copy)
    return min(steps * (latency + n * (byte + copy)), 2 * steps * latency + way, 2 * (ranks - 1) * latency + way)


def read(path):
    sums, steps = {}, {}
    with open(path, encoding="utf-8") as lines:
        for network, kind, ranks, *numbers in map(str.split, lines):
            if kind == "sum":
                sums.setdefault(network, {})[int(numbers[0])] = float(numbers[1])
            else:
                steps[network, int(ranks), *map(int, numbers[:4])] = float(numbers[4])
    return sums, steps


def fit(times):
    """Latency and seconds a byte of two ranks."""
    most = max(times)
    return times[1], (times[most] - times[1]) / (8 * most)


def show_fit(sums):
    yield "| network | latency | bandwidth |"
    yield "| --- | --- | --- |"
    for network, times in sums.items():
        latency, byte = fit(times)
        yield f"| {network} | {latency * 1e6:.1f} µs | {1e-9 / byte:.2f} GB/s |"


def show_check(sums, steps):
    yield "| network | rows × layers | parameters | one rank | two ranks | gain | model | measured / model |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for (network, ranks, rows, *layers), measured in steps.items():
        if ranks == 1:
            continue
        alone, half = steps["shared", 1, rows, *layers], steps["shared", 1, rows // ranks, *layers]
        inputs, hidden, outputs = layers
        parameters = (inputs + 1) * hidden + (hidden + 1) * outputs
        latency, byte = fit(sums[network])
        expected = half + add_up(ranks, parameters, latency, byte, 0.0)
        yield (f"| {network} | {rows} × {inputs}-{hidden}-{outputs} | {parameters} | {alone * 1e3:.1f} ms "
               f"| {measured * 1e3:.1f} ms | {alone / measured:.2f} | {expected * 1e3:.1f} ms | {measured / expected:.2f} |")


def get_efficiency(ranks, parameters, rows, network):
    compute = 6 * parameters * rows * SECONDS_A_FLOP / CORES
    return compute / ranks / (compute / ranks + add_up(ranks, parameters, *NETWORKS[network], COPY))


def find_limit(parameters, rows, network):
    """The most nodes, a power of 2, that compute for half of the time."""
    nodes = 1
    while nodes < 1 << 20 and 2 * nodes <= rows and get_efficiency(2 * nodes, parameters, rows, network) >= 0.5:
        nodes *= 2
    return nodes


def show_predictions():
    yield "| network | parameters | rows a step | " + " | ".join(f"{n} nodes" for n in NODES) + " | half at |"
    yield "| --- " * (len(NODES) + 4) + "|"
    for network in NETWORKS:
        for parameters in PARAMETERS:
            for rows in ROWS:
                shares = " | ".join(f"{100 * get_efficiency(n, parameters, rows, network):.0f} %" for n in NODES)
                yield (f"| {network} | {parameters:,} | {rows:,} | {shares} "
                       f"| {find_limit(parameters, rows, network):,} |")


def main():
    sums, steps = read(sys.argv[1])
    lines = [*show_fit(sums), "", *show_check(sums, steps), "", *show_predictions()]
    if "--in" not in sys.argv:
        print("\n".join(lines))
        return 0
    with open(sys.argv[sys.argv.index("--in") + 1], encoding="utf-8") as page:
        written = set(page.read().splitlines())
    missing = [line for line in lines if line and line not in written]
    print(*(f"not ok  the page lacks: {line}" for line in missing), f"{len(missing)} not ok", sep="\n")
    return len(missing) > 0


if __name__ == "__main__":
    sys.exit(main())
