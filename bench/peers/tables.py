# SPDX-License-Identifier: BSD-3-Clause
"""The tables of the gradient."""

import contenders
from report import format_ratio, format_time, name_shape, print_note, print_row

SHAPE_HEADING = "N x in x hid x out"
NOTE = """
One gradient over all rows, float64 unless said otherwise; calls of C go through ctypes. Medians of
runs in turns. roof: the time of the five products at the speed of the fastest dgemm, or of reading
X, Y and the weights once from memory, whichever is longer, over the library's time; there is no exp
in it. The rest: the time of a peer over the library's. A peer that can use threads was measured
with one and with all of them, and the better median is shown; the library chooses by itself."""
FEWEST_NOTE = """
The same of the fastest runs. Where a median is far over it, threads fought for processors."""
MEMORY_NOTE = """
Peak MiB beyond X and Y, each in a process of its own. FANN and PyTorch in float32 need X and Y
again in a form of their own."""
LIBRARY_HEADINGS = ["libnnblas", "GFLOP/s", "roof"]


def list_names(peers):
    return [peer.name for peer in peers]


def print_limits(limits):
    print(
        f"{'limits':10} dgemm at best {limits['dgemm_flops_per_second'] / 1e9:.1f} GFLOP/s, "
        f"reading {limits['read_bytes_per_second'] / 1e9:.1f} GB/s, a call through ctypes "
        f"{limits['ctypes_call_seconds'] * 1e6:.2f} us"
    )


def print_heading(peers):
    print_note(NOTE)
    headings = LIBRARY_HEADINGS + list_names(peers)
    print_row(SHAPE_HEADING, headings, headings)


def format_ratios(ratios, peers):
    return [format_ratio(ratios[peer.key]) if peer.key in ratios else "-" for peer in peers]


def print_result(result, peers):
    cells = [
        format_time(result["seconds"]["library"]),
        f"{result['library_flops_per_second'] / 1e9:.1f}",
        f"{result['roofline_share'] * 100:.0f}%",
    ]
    cells += format_ratios(result["ratios"], peers)
    print_row(name_shape(result["shape"]), cells, LIBRARY_HEADINGS + list_names(peers))


def print_fewest(results, peers):
    print_note(FEWEST_NOTE)
    headings = LIBRARY_HEADINGS[:1] + list_names(peers)
    print_row(SHAPE_HEADING, headings, headings)
    for result in results:
        cells = [format_time(result["fewest_seconds"]["library"])]
        cells += format_ratios(result["fewest_ratios"], peers)
        print_row(name_shape(result["shape"]), cells, headings)


def print_left_out(results):
    for result in results:
        for key, seconds in result["left_out_estimated_seconds"].items():
            name = contenders.find(key).name
            shape = name_shape(result["shape"])
            print(f"{shape}: {name} left out, over {seconds:.0f} s a gradient")


def format_mebibytes(count):
    return "-" if count is None else f"{count / 2**20:.1f}"


def print_memory(results, peers):
    print_note(MEMORY_NOTE)
    columns = (contenders.Library, *peers)
    headings = list_names(columns)
    print_row(SHAPE_HEADING, headings, headings)
    for result in results:
        cells = [format_mebibytes(result["memory_bytes"].get(one.key)) for one in columns]
        print_row(name_shape(result["shape"]), cells, headings)
