# SPDX-License-Identifier: BSD-3-Clause
"""How much memory a contender takes beyond the data, each in a process of its own."""

import re
import subprocess
import sys

import contenders

RUNS = 3


def read_status(field):
    with open("/proc/self/status", encoding="utf-8") as file:
        return 1024 * int(re.search(rf"^{field}:\s*(\d+) kB", file.read(), re.MULTILINE)[1])


def forget_peak():
    with open("/proc/self/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")


def measure_here(key, shape, setting):
    """Peak bytes beyond the data and the loaded modules. Not ru_maxrss: a process begins with
    that of the one it was forked from."""
    chosen = contenders.find(key)
    chosen.is_installed(setting)
    problem = contenders.Problem(shape)
    forget_peak()
    before = read_status("VmRSS")
    contender = chosen(problem, setting)
    for _ in range(RUNS):
        contender.run()
    return max(0, read_status("VmHWM") - before)


def measure(key, shape, options):
    command = [sys.executable, sys.argv[0], "--memory-of", key, "--build", options.build]
    command += ["--threads", str(options.threads), "--shape", ",".join(map(str, shape))]
    return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
