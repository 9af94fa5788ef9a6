# SPDX-License-Identifier: BSD-3-Clause
"""One gradient of each shape, by everybody: times, differences, memory."""

import math

import numpy

import chart
import clock
import contenders
import machine
import memory
import options
import report
import tables

SAMPLE_ROWS = 64


class Run:
    """A contender with so many threads."""

    def __init__(self, contender, threads, setting):
        self.key = contender.key
        self.run = contender.run
        self.threads = threads
        self.setting = setting

    def prepare(self):
        self.setting.use_threads(self.threads)


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
    for contender in contenders.list_installed(setting):
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
    a, b = numpy.asarray(a, dtype=float).ravel(), numpy.asarray(b).ravel()
    magnitude = max(abs(a).max(), abs(b).max())
    return float(abs(a - b).max() / magnitude) if magnitude > 0 else 0.0


def judge_difference(contender, name, difference, shape):
    """Not (a > b), so that a NaN is found."""
    if difference <= contender.tolerance:
        return True
    options.warn(
        f"{report.name_shape(shape)}: the {name} of {contender.name} and of NumPy differ by "
        f"{difference:.1e}, over {contender.tolerance:.0e}"
    )
    return False


def check_results(running, shape):
    """The differences from NumPy of all who compute the same network, and whether they are
    small."""
    reference = next(one for one in running if one.key == "numpy").results()
    all_differences, ok = {}, True
    for contender in running:
        if contender.tolerance is None:
            continue
        differences = all_differences[contender.key] = {}
        names = ("mse", "W1_update", "W2_update")
        for name, a, b in zip(names, contender.results(), reference):
            if a is None:
                continue
            difference = get_difference(a, b)
            ok = judge_difference(contender, name, difference, shape) and ok
            differences[name] = None if math.isnan(difference) else difference
    return all_differences, ok


def divide_by_library(seconds):
    return {key: value / seconds["library"] for key, value in seconds.items()}


def measure_times(running, setting, budget):
    """What belongs in the result of a shape."""
    runs = [
        Run(one, threads, setting) for one in running for threads in one.list_thread_counts(setting)
    ]
    all_seconds = {one.key: {} for one in running}
    best = {}
    for run, (median, fewest) in zip(runs, clock.measure(runs, budget)):
        all_seconds[run.key][run.threads] = median
        if run.key not in best or median < best[run.key][0]:
            best[run.key] = (median, fewest, run.threads)
    return {
        "seconds": {key: one[0] for key, one in best.items()},
        "fewest_seconds": {key: one[1] for key, one in best.items()},
        "threads": {key: one[2] for key, one in best.items()},
        "seconds_by_threads": all_seconds,
    }


def compare_shape(shape, setting, chosen, limits):
    problem = contenders.Problem(shape)
    classes, left_out = choose_contenders(problem, setting, chosen.longest)
    running = [contender(problem, setting) for contender in classes]
    times = measure_times(running, setting, chosen.seconds)
    seconds = times["seconds"]
    differences, ok = check_results(running, shape)
    for one in running:
        one.close()
    return {
        "shape": shape,
        **times,
        "ratios": divide_by_library(seconds),
        "fewest_ratios": divide_by_library(times["fewest_seconds"]),
        "left_out_estimated_seconds": left_out,
        "library_flops_per_second": machine.count_flops(shape) / seconds["library"],
        "roofline_share": machine.bound_seconds(shape, limits) / seconds["library"],
        "differences": differences,
        "same": ok,
    }


def compare_shapes(setting, chosen, limits, peers):
    tables.print_heading(peers)
    results = []
    for shape in chosen.shape:
        try:
            results.append(compare_shape(shape, setting, chosen, limits))
        except MemoryError:
            options.fail(f"{report.name_shape(shape)}: out of memory")
        tables.print_result(results[-1], peers)
    tables.print_left_out(results)
    tables.print_fewest(results, peers)
    return results


def measure_memory(result, chosen):
    return {key: memory.measure(key, result["shape"], chosen) for key in result["seconds"]}


def draw_chart(stem, description, results, peers):
    title = f"{description['processor']}, {description['threads']} threads; {description['blas']}"
    names = {peer.key: peer.name for peer in peers}
    groups = [
        {
            "name": report.name_shape(result["shape"]),
            "library": result["seconds"]["library"],
            "ratios": {key: ratio for key, ratio in result["ratios"].items() if key in names},
            "fewest": result["fewest_ratios"],
        }
        for result in results
    ]
    chart.write_chart(stem, title, names, groups)


def compare(chosen, libraries):
    """Whether all who compute the same network had the same results."""
    setting = contenders.Setting(*libraries, chosen.threads)
    description = machine.describe(setting)
    description["contenders"] = machine.describe_contenders(contenders.ALL, setting)
    description["limits"] = machine.measure(setting)
    report.print_machine(description)
    tables.print_limits(description["limits"])
    report.print_contenders(description)
    peers = contenders.list_installed(setting)[1:]
    results = compare_shapes(setting, chosen, description["limits"], peers)
    if chosen.memory:
        for result in results:
            result["memory_bytes"] = measure_memory(result, chosen)
        tables.print_memory(results, peers)
    if chosen.json:
        report.write_json(chosen.json, description, results)
    if chosen.chart:
        draw_chart(chosen.chart, description, results, peers)
    return all(result["same"] for result in results)


def print_memory_of(chosen, libraries):
    setting = contenders.Setting(*libraries, chosen.threads)
    print(memory.measure_here(chosen.memory_of, chosen.shape[0], setting))
