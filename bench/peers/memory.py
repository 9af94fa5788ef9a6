# SPDX-License-Identifier: BSD-3-Clause
"""How much memory a contender takes beyond the data, each in a process of its own."""

import re
import subprocess
import sys

import contenders
import options

RUNS = 2


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
    chosen.package.is_installed(setting)
    problem = contenders.Problem(shape)
    forget_peak()
    before = read_status("VmRSS")
    contender = chosen(problem, setting)
    setting.use_threads(setting.threads)
    for _ in range(RUNS):
        contender.run()
    return max(0, read_status("VmHWM") - before)


def measure(key, shape, chosen):
    """None where the process failed, as it may where memory is short."""
    command = [sys.executable, sys.argv[0], "--memory-of", key, "--build", chosen.build]
    command += ["--threads", str(chosen.threads), "--shape", ",".join(map(str, shape))]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if process.returncode == 0:
        return int(process.stdout)
    options.warn(f"the memory of {key} was not measured: exit status {process.returncode}")
    return None
