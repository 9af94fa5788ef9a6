# SPDX-License-Identifier: BSD-3-Clause
"""Bars of the time relative to the library, by gnuplot."""

import subprocess

# Colours that stay apart for those who see few (M. Okabe, K. Ito, "Color universal design", 2008).
COLOURS = ("#999999", "#000000", "#e69f00", "#56b4e9", "#d55e00", "#cc79a7", "#f0e442", "#009e73")
TERMINALS = {
    "svg": "svg size 1500,720 dynamic background 'white' font 'sans,13'",
    "png": "pngcairo size 1500,720 background 'white' font 'sans,11'",
}


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def label_ratio(ratio):
    return f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"


def write_block(key, place, width, groups):
    """Of one peer: x, ratio, left, right, bottom, top, where the label is, label, least ratio."""
    lines = [f"${key} << EOD"]
    for g, (_, ratios, fewest) in enumerate(groups):
        if key in ratios:
            x, ratio = g * width + place, ratios[key]
            low, high = min(ratio, 1.0), max(ratio, 1.0)
            lines.append(
                f"{x} {ratio} {x - 0.45} {x + 0.45} {low} {high} {high * 1.15} "
                f"{label_ratio(ratio)} {fewest[key]}"
            )
    return "\n".join(lines + ["EOD"])


def plot_block(key, name, colour):
    return [
        f"${key} using 1:2:3:4:5:6 with boxxyerror fill solid 0.85 border lc rgb '{colour}' "
        f"title {quote(name)}",
        f"${key} using 1:9 with points pt 7 ps 0.45 lc rgb '#000000' notitle",
        f"${key} using 1:7:8 with labels left rotate by 90 font ',10' notitle",
    ]


def write_settings(title, groups, width, keys):
    middle = (len(keys) - 1) / 2
    tics = ", ".join(f"{quote(name)} {g * width + middle}" for g, (name, *_) in enumerate(groups))
    shown = [ratio for _, ratios, _ in groups for ratio in ratios.values()]
    least = [fewest[key] for _, ratios, fewest in groups for key in ratios]
    return f"""
set title {quote(title)} noenhanced
set logscale y
set xrange [-1.5:{len(groups) * width - 1.5}]
set yrange [{min(0.77, *shown, *least) / 1.3}:{max(2.0, *shown) * 3}]
set ylabel 'time of one gradient / time of libnnblas'
set xlabel 'rows x inputs x hidden x outputs; bars: medians, points: fastest runs' noenhanced
set xtics ({tics}) scale 0 noenhanced
set grid ytics
set key outside bottom center horizontal
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lw 2 front
"""


def write_chart(stem, title, names, groups):
    """names: of the peers by key. groups, one for each shape: its name, the ratios of the medians
    and of the fastest runs, both by key."""
    keys = [key for key in names if any(key in ratios for _, ratios, _ in groups)]
    width = len(keys) + 2
    blocks = [write_block(key, i, width, groups) for i, key in enumerate(keys)]
    plots = []
    for i, key in enumerate(keys):
        plots += plot_block(key, names[key], COLOURS[i % len(COLOURS)])
    drawing = write_settings(title, groups, width, keys) + "\n".join(blocks)
    drawing += "\nplot " + ", \\\n    ".join(plots) + "\n"
    for extension, terminal in TERMINALS.items():
        script = f"set terminal {terminal}\nset output {quote(f'{stem}.{extension}')}\n"
        subprocess.run(["gnuplot"], input=script + drawing, text=True, check=True)
