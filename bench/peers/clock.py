# SPDX-License-Identifier: BSD-3-Clause
"""Medians of runs taken in turns."""

import gc
import math
import statistics
import time

TURNS = 8
FEWEST_SAMPLES = 3

# A sample is at least that long, so that the loop around it does not count.
SAMPLE_SECONDS = 200e-6

# Threads of OpenMP and of OpenBLAS spin for some milliseconds after their work, and would take
# processors from whoever runs next.
CALM_SECONDS = 0.01

# After a pause, the OpenMP threads of PyTorch and the threads of OpenBLAS may find themselves on
# one processor, and a gradient of 1 ms takes 16 ms until the scheduler has moved one of them, which
# was seen to take up to 0.4 s. So a turn begins with runs that do not count, until several in a row
# were near the fastest, or until a part of the run's seconds is over.
WARM_SECONDS = 0.5
WARM_SHARE = 0.3
WARM_RUNS = 5
NEAR = 1.5


def take_time(run, repetitions):
    rounds = range(repetitions)
    start = time.perf_counter()
    for _ in rounds:
        run()
    return time.perf_counter() - start


class Series:
    """What one run was measured at. share: the seconds it may take for its samples."""

    def __init__(self, run, share):
        self.run = run.run
        self.prepare = run.prepare
        self.share = share
        self.warm_seconds = min(WARM_SECONDS, WARM_SHARE * share)
        self.spent = 0.0
        self.seconds = []
        self.fewest = math.inf
        self.repetitions = 1
        self.prepare()
        cold = self.time_sample()
        if cold >= share:
            self.keep(cold)
            return
        self.warm_up(math.inf)
        self.repetitions = math.ceil(SAMPLE_SECONDS / self.fewest)

    def time_sample(self):
        seconds = take_time(self.run, self.repetitions) / self.repetitions
        self.fewest = min(self.fewest, seconds)
        return seconds

    def warm_up(self, runs):
        end = time.perf_counter() + self.warm_seconds
        quick = 0
        while quick < runs and time.perf_counter() < end:
            quick = quick + 1 if self.time_sample() <= NEAR * self.fewest else 0

    def keep(self, seconds):
        self.seconds.append(seconds)
        self.spent += seconds * self.repetitions

    def has_room(self, end):
        """For one more sample before end, in seconds spent."""
        if not self.seconds:
            return True
        last = self.seconds[-1] * self.repetitions
        if len(self.seconds) < FEWEST_SAMPLES:
            return last < self.share
        return self.spent + last <= end

    def take_turn(self, turn):
        end = self.share * (turn + 1) / TURNS
        if not self.has_room(end):
            return
        self.prepare()
        time.sleep(CALM_SECONDS)
        if self.fewest < self.warm_seconds / WARM_RUNS:
            self.warm_up(WARM_RUNS)
        self.keep(self.time_sample())
        while self.has_room(end) and self.spent < end:
            self.keep(self.time_sample())


def measure(runs, budget):
    """For each of the runs its median seconds and its fewest: of its run(), with a prepare() before
    each turn. Samples take about budget seconds for all together; warming up comes on top."""
    gc.collect()
    gc.disable()
    series = [Series(run, budget / len(runs)) for run in runs]
    for turn in range(TURNS):
        for one in series:
            one.take_turn(turn)
    gc.enable()
    return [(statistics.median(one.seconds), min(one.seconds)) for one in series]
