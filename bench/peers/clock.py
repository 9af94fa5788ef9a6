# SPDX-License-Identifier: BSD-3-Clause
"""Medians of runs taken in turns, as timing.c of nnblas-bench does it."""

import gc
import statistics
import time

TURNS = 8
FEWEST_SAMPLES = 3

# A sample is at least that long, so that the loop around it does not count.
SAMPLE_SECONDS = 200e-6

# Threads of OpenMP and of OpenBLAS spin for some milliseconds after their work, and would take
# processors from whoever runs next.
CALM_SECONDS = 0.01


def take_time(run, repetitions):
    rounds = range(repetitions)
    start = time.perf_counter()
    for _ in rounds:
        run()
    return time.perf_counter() - start


class Series:
    def __init__(self, run, share):
        self.run = run
        self.share = share
        self.seconds = []
        self.repetitions = 1
        self.calibrate()

    def calibrate(self):
        """Finds how many repetitions make a sample. The first run is cold, and counts only where
        it took so long that there will be no other."""
        self.spent = take_time(self.run, 1)
        if self.spent >= self.share:
            self.seconds.append(self.spent)
            return
        while self.spent < self.share / 4:
            elapsed = take_time(self.run, self.repetitions)
            self.spent += elapsed
            if elapsed >= SAMPLE_SECONDS:
                return
            self.repetitions *= 2

    def take_sample(self):
        elapsed = take_time(self.run, self.repetitions)
        self.spent += elapsed
        self.seconds.append(elapsed / self.repetitions)

    def is_done(self, end):
        if self.seconds and self.seconds[-1] >= self.share:
            return True
        return len(self.seconds) >= FEWEST_SAMPLES and self.spent + self.seconds[-1] > end

    def take_turn(self, turn):
        end = self.share * (turn + 1) / TURNS
        if self.is_done(end):
            return
        time.sleep(CALM_SECONDS)
        if not self.seconds or self.seconds[-1] * self.repetitions < self.share / TURNS / 4:
            self.spent += take_time(self.run, self.repetitions)
        self.take_sample()
        while self.spent + self.seconds[-1] * self.repetitions < end:
            self.take_sample()


def measure_medians(runs, budget):
    """The median seconds of each of the runs, within about budget seconds for all together."""
    gc.collect()
    gc.disable()
    series = [Series(run, budget / len(runs)) for run in runs]
    for turn in range(TURNS):
        for one in series:
            one.take_turn(turn)
    gc.enable()
    return [statistics.median(one.seconds) for one in series]
