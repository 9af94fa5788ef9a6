#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Times one whole gradient of libnnblas beside other libraries, on the same data, in turns."""

import argparse
import json
import sys

sys.dont_write_bytecode = True

import native

DEFAULT_SHAPES = (
    (150, 4, 2, 3),
    (1797, 64, 32, 10),
    (128, 784, 128, 10),
    (60000, 784, 30, 10),
    (60000, 784, 128, 10),
    (8192, 512, 512, 512),
    (1000000, 8, 16, 1),
)
SAMPLE_ROWS = 64
SHAPE_HEADING = "N x in x hid x out"
NOTE = """\
One gradient over all rows, float64 unless said otherwise; calls of C go through ctypes. Medians of
runs in turns. roof: the time of the five products at the speed of dgemm, or of reading X, Y and the
weights once from memory, whichever is longer, over the library's time; there is no exp in it.
Others: their time over the library's."""
FEWEST_NOTE = """\
The same of the fastest runs. Where a median is far over it, threads fought for processors:
PyTorch's OpenMP threads with those of an OpenBLAS on pthreads, also in a process of its own."""


def parse_shape(text):
    try:
        shape = tuple(int(size) for size in text.split(","))
    except ValueError:
        shape = ()
    if len(shape) != 4 or min(shape) < 1 or max(shape) >= 2**31:
        raise argparse.ArgumentTypeError(f"no shape N,INPUTS,HIDDEN,OUTPUTS: '{text}'")
    return shape


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shape",
        action="append",
        type=parse_shape,
        metavar="N,INPUTS,HIDDEN,OUTPUTS",
        help="use this shape; may be repeated; replaces the default list",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=15.0,
        help="time budget of a shape, for all together (default %(default)s)",
    )
    parser.add_argument(
        "--longest",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="leave out a one-thread peer whose gradient would take longer (default %(default)s)",
    )
    parser.add_argument("--memory", action="store_true", help="peak memory of each as well")
    parser.add_argument("--chart", metavar="STEM", help="write STEM.svg and STEM.png")
    parser.add_argument("--memory-of", metavar="KEY", help=argparse.SUPPRESS)
    native.add_options(parser)
    return parser.parse_args()


def name_shape(shape):
    return "x".join(map(str, shape))


def estimate_seconds(chosen, problem, setting):
    """From the first rows, at least; where more rows leave the caches, it takes longer."""
    rows = min(len(problem.X), max(SAMPLE_ROWS, len(problem.X) // 64))
    contender = chosen(problem.take_rows(rows), setting)
    seconds = min(clock.take_time(contender.run, 1) for _ in range(2))
    contender.close()
    return seconds * len(problem.X) / rows


def choose_contenders(problem, setting, longest):
    """Those who are installed and not too slow, and the estimates of those who are."""
    chosen, left_out = [], {}
    for contender in contenders.ALL:
        if not contender.is_installed(setting):
            continue
        seconds = 0.0
        if contender.is_sequential:
            seconds = estimate_seconds(contender, problem, setting)
        if seconds > longest:
            left_out[contender.key] = seconds
        else:
            chosen.append(contender)
    return chosen, left_out


def get_difference(a, b):
    """The largest, relative to the largest magnitude."""
    magnitude = max(abs(a).max(), abs(b).max())
    return float(abs(a - b).max() / magnitude) if magnitude > 0 else 0.0


def get_differences(result, reference):
    differences = {}
    for name, a, b in zip(("mse", "W1_update", "W2_update"), result, reference):
        if a is not None:
            a, b = numpy.asarray(a, dtype=float).ravel(), numpy.asarray(b).ravel()
            differences[name] = get_difference(a, b)
    return differences


def check_results(running, shape):
    """The differences from NumPy of all who compute the same network, and whether they are
    small. Not (a <= b), so that a NaN is found."""
    reference = next(c for c in running if c.key == "numpy").results()
    all_differences, ok = {}, True
    for contender in running:
        if contender.tolerance is None:
            continue
        differences = get_differences(contender.results(), reference)
        all_differences[contender.key] = differences
        for name, difference in differences.items():
            if not difference <= contender.tolerance:
                ok = False
                print(
                    f"peers: {name_shape(shape)}: the {name} of {contender.name} and of NumPy "
                    f"differ by {difference:.1e}, over {contender.tolerance:.0e}",
                    file=sys.stderr,
                )
    return all_differences, ok


def divide_by_library(seconds):
    return {key: value / seconds["library"] for key, value in seconds.items()}


def compare_shape(shape, setting, options, limits):
    problem = contenders.Problem(shape)
    chosen, left_out = choose_contenders(problem, setting, options.longest)
    running = [contender(problem, setting) for contender in chosen]
    times = clock.measure([one.run for one in running], options.seconds)
    seconds = {one.key: median for one, (median, _) in zip(running, times)}
    fewest = {one.key: least for one, (_, least) in zip(running, times)}
    differences, ok = check_results(running, shape)
    for one in running:
        one.close()
    return {
        "shape": shape,
        "seconds": seconds,
        "fewest_seconds": fewest,
        "ratios": divide_by_library(seconds),
        "fewest_ratios": divide_by_library(fewest),
        "left_out_estimated_seconds": left_out,
        "library_flops_per_second": machine.count_flops(shape) / seconds["library"],
        "roofline_share": machine.bound_seconds(shape, limits) / seconds["library"],
        "differences": differences,
        "same": ok,
    }


def print_head(description):
    for key in ("date", "processor", "blas", "threads", "nnblas"):
        print(f"{key:10} {description[key]}")
    limits = description["limits"]
    print(
        f"{'limits':10} dgemm {limits['dgemm_flops_per_second'] / 1e9:.1f} GFLOP/s, reading "
        f"{limits['read_bytes_per_second'] / 1e9:.1f} GB/s, a call through ctypes "
        f"{limits['ctypes_call_seconds'] * 1e6:.2f} us"
    )
    print(f"{'load':10} {description['load']:.2f} before the start\n")
    for contender in description["contenders"].values():
        words = [contender["note"]]
        if not contender["installed"]:
            words = ["not installed"]
        elif contender["blas"]:
            words.append(f"BLAS: {contender['blas']}")
        name = " ".join(filter(None, (contender["name"], contender.get("version"))))
        print(f"{name:20} {'; '.join(words)}")
    print(f"\n{NOTE}\n")


def list_peers(setting):
    return [c for c in contenders.ALL[1:] if c.is_installed(setting)]


def print_row(first, cells, width=12):
    print(" ".join([f"{first:>20}"] + [f"{cell:>{width}}" for cell in cells]), flush=True)


def print_columns(peers):
    print_row(SHAPE_HEADING, ["lib ms", "GFLOP/s", "roof"] + [peer.name for peer in peers])


def format_ratios(ratios, peers):
    return [f"{ratios[peer.key]:.2f}" if peer.key in ratios else "-" for peer in peers]


def print_result(result, peers):
    cells = [
        f"{result['seconds']['library'] * 1e3:.3f}",
        f"{result['library_flops_per_second'] / 1e9:.1f}",
        f"{result['roofline_share'] * 100:.0f}%",
    ]
    print_row(name_shape(result["shape"]), cells + format_ratios(result["ratios"], peers))


def print_fewest(results, peers):
    print(f"\n{FEWEST_NOTE}\n")
    print_row(SHAPE_HEADING, ["lib ms"] + [peer.name for peer in peers])
    for result in results:
        cells = [f"{result['fewest_seconds']['library'] * 1e3:.3f}"]
        cells += format_ratios(result["fewest_ratios"], peers)
        print_row(name_shape(result["shape"]), cells)


def print_left_out(results):
    for result in results:
        for key, seconds in result["left_out_estimated_seconds"].items():
            name = contenders.find(key).name
            shape = name_shape(result["shape"])
            print(f"{shape}: {name} left out, over {seconds:.0f} s a gradient")


def print_memory(results, peers):
    print("\nPeak MiB beyond X and Y, each in a process of its own\n")
    print_row(SHAPE_HEADING, [contenders.Library.name] + [peer.name for peer in peers])
    for result in results:
        counts = [result["memory_bytes"].get(c.key) for c in (contenders.Library, *peers)]
        cells = ["-" if count is None else f"{count / 2**20:.1f}" for count in counts]
        print_row(name_shape(result["shape"]), cells)


def measure_memory(result, options):
    return {key: memory.measure(key, result["shape"], options) for key in result["seconds"]}


def draw_chart(stem, description, results, peers):
    blas = description["blas"].split(";")[0]
    title = f"{description['processor']}, {description['threads']} threads; {blas}"
    names = {peer.key: peer.name for peer in peers}
    groups = []
    for result in results:
        bars = {key: result["ratios"][key] for key in names if key in result["ratios"]}
        groups.append((name_shape(result["shape"]), bars, result["fewest_ratios"]))
    chart.write_chart(stem, title, names, groups)


def compare(options, setting):
    description = machine.describe(setting)
    description["contenders"] = {
        c.key: machine.describe_contender(c, setting) for c in contenders.ALL
    }
    description["limits"] = machine.measure(setting)
    print_head(description)
    peers = list_peers(setting)
    print_columns(peers)
    results = []
    for shape in options.shape or DEFAULT_SHAPES:
        results.append(compare_shape(shape, setting, options, description["limits"]))
        print_result(results[-1], peers)
    print_left_out(results)
    print_fewest(results, peers)
    if options.memory:
        for result in results:
            result["memory_bytes"] = measure_memory(result, options)
        print_memory(results, peers)
    if options.chart:
        draw_chart(options.chart, description, results, peers)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"machine": description, "results": results}, file, indent=2)
            file.write("\n")
    return all(result["same"] for result in results)


def main():
    options = parse_options()
    setting = contenders.Setting(*libraries, options.threads)
    if options.memory_of:
        print(memory.measure_here(options.memory_of, options.shape[0], setting))
        return True
    return compare(options, setting)


if __name__ == "__main__":
    # NumPy is loaded after the libraries: what they set for its BLAS has to be there.
    libraries = native.open_libraries(parse_options())
    import numpy

    import chart
    import clock
    import contenders
    import machine
    import memory

    sys.exit(0 if main() else 1)
