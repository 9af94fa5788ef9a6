# SPDX-License-Identifier: BSD-3-Clause
"""Bars of the time relative to the library, by gnuplot."""

import subprocess

import options
from report import format_ratio, format_time

# Those of M. Okabe, K. Ito, "Color universal design" (2008), which stay apart for everybody, and
# grey for those who are no library.
COLOURS = {
    "five": "#bbbbbb",
    "naive": "#777777",
    "numpy": "#e69f00",
    "sklearn": "#56b4e9",
    "torch": "#d55e00",
    "torch_by_hand": "#cc79a7",
    "torch_float32": "#f0e442",
    "fann": "#009e73",
}
HEADLINE = "Time of one gradient over the time of libnnblas"
TERMINALS = {
    "svg": "svg size 1600,800 dynamic background 'white' font 'sans,14'",
    "png": "pngcairo size 1600,800 background 'white' font 'sans,12'",
}
# Between the groups, in bars.
GAP = 2
BAR_WIDTH = 0.9
# From the end of a bar to its label, and from the labels to the frame: factors.
LABEL_DISTANCE = 1.12
LABEL_LENGTH = 2.2


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def write_bar(x, ratio, least):
    """x, ratio, left, right, bottom, top, where the label is, label, least ratio. The label of a
    bar that points down is below it."""
    half = BAR_WIDTH / 2
    low, high = min(ratio, 1.0), max(ratio, 1.0)
    end = max(high, least) * LABEL_DISTANCE if ratio >= 1 else min(low, least) / LABEL_DISTANCE
    return f"{x} {ratio} {x - half} {x + half} {low} {high} {end} {format_ratio(ratio)} {least}"


def write_block(name, key, place, width, groups, points_up):
    """The bars of one peer that point up, or down."""
    lines = [f"${name} << EOD"]
    for g, group in enumerate(groups):
        ratio = group["ratios"].get(key)
        if ratio is not None and (ratio >= 1) == points_up:
            lines.append(write_bar(g * width + place, ratio, group["fewest"][key]))
    return lines + ["EOD"]


def plot_block(name, key, points_up):
    align = "left" if points_up else "right"
    return [
        f"${name} using 1:2:3:4:5:6 with boxxyerror fill solid noborder fc rgb '{COLOURS[key]}' "
        "notitle",
        f"${name} using 1:9 with points pt 7 ps 0.5 lc rgb 'black' notitle",
        f"${name} using 1:7:8 with labels {align} rotate by 90 font ',11' notitle",
    ]


def plot_legend(key, title):
    """A box in the key, also for a peer all of whose bars point down."""
    return f"NaN with boxes fill solid noborder fc rgb '{COLOURS[key]}' title {quote(title)}"


def write_tics(groups, width, middle):
    labels = (
        f"\"{group['name']}\\n{format_time(group['library'])}\" {g * width + middle}"
        for g, group in enumerate(groups)
    )
    return ", ".join(labels)


def write_settings(title, groups, width, keys):
    shown = [1.0]
    for group in groups:
        shown += [group[of][key] for key in group["ratios"] for of in ("ratios", "fewest")]
    return f"""
set title {quote(HEADLINE)}."\\n".{quote(title)} noenhanced
set logscale y
set format y '%g'
set xrange [{-GAP}:{len(groups) * width - 1}]
set yrange [{min(shown) / LABEL_LENGTH}:{max(shown) * LABEL_LENGTH}]
set ylabel 'times as long as libnnblas; bars: medians, points: fastest runs'
set xlabel 'rows x inputs x hidden x outputs, and the time of libnnblas' noenhanced offset 0,-1
set bmargin 5.5
set xtics ({write_tics(groups, width, (len(keys) - 1) / 2)}) scale 0 noenhanced
set grid ytics
set key outside top center horizontal
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lw 2 front
"""


def write_drawing(title, names, groups):
    keys = [key for key in names if any(key in group["ratios"] for group in groups)]
    width = len(keys) + GAP
    blocks, plots = [], []
    for place, key in enumerate(keys):
        plots.append(plot_legend(key, names[key]))
        for points_up in (True, False):
            name = f"{key}_{'up' if points_up else 'down'}"
            block = write_block(name, key, place, width, groups, points_up)
            if len(block) > 2:
                blocks += block
                plots += plot_block(name, key, points_up)
    return (
        write_settings(title, groups, width, keys)
        + "\n".join(blocks)
        + "\nplot "
        + ", \\\n    ".join(plots)
        + "\n"
    )


def draw(stem, drawing):
    """STEM.svg and STEM.png of what is written for gnuplot."""
    for extension, terminal in TERMINALS.items():
        script = f"set terminal {terminal}\nset output {quote(f'{stem}.{extension}')}\n"
        process = subprocess.run(["gnuplot"], input=script + drawing, text=True)
        if process.returncode != 0:
            options.fail(f"gnuplot drew no {stem}.{extension}")


def write_chart(stem, title, names, groups):
    """names: of the peers by key. groups, one for each shape: its name, the library's seconds, and
    by key the ratios of the medians and of the fewest seconds."""
    draw(stem, write_drawing(title, names, groups))
