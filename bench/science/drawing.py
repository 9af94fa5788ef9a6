# SPDX-License-Identifier: BSD-3-Clause
"""The charts of the studies, by gnuplot."""

import chart

OURS, OTHERS, BEST = chart.COLOURS["torch"], chart.COLOURS["five"], chart.COLOURS["numpy"]
FIVE = chart.COLOURS["torch_by_hand"]
BAR = 0.4


def write_block(name, lines):
    return "\n".join([f"${name} << EOD", *lines, "EOD"])


def write_settings(title, names):
    tics = ", ".join(f"{chart.quote(name)} {place}" for place, name in enumerate(names))
    return f"""
set title {chart.quote(title)} noenhanced
set xtics ({tics}) scale 0 noenhanced
set xrange [-0.7:{len(names) - 0.3}]
set grid ytics
set key outside top center horizontal
"""


def draw_bars(stem, title, unit, names, series):
    """Bars side by side with their numbers. series: a title, a colour and the numbers by name."""
    series = [one for one in series if one[2]]
    width = 2.0 * BAR / len(series)
    blocks, plots = [], []
    for number, (label, colour, values) in enumerate(series):
        places = [place - BAR + (number + 0.5) * width for place in range(len(names))]
        known = [(place, values[name]) for place, name in zip(places, names) if name in values]
        blocks.append(write_block(f"bars{number}", [f"{place} {value}" for place, value in known]))
        plots.append(
            f"$bars{number} using 1:2:({width * 0.9}) with boxes fill solid noborder fc rgb '{colour}' "
            f"title {chart.quote(label)}"
        )
        plots.append(f"$bars{number} using 1:2:(sprintf('%.3g', $2)) with labels offset 0,0.6 font ',11' notitle")
    settings = f"set yrange [0:*]\nset offsets 0, 0, graph 0.05, 0\nset ylabel {chart.quote(unit)}\n"
    plot = "\nplot " + ", \\\n    ".join(plots) + "\n"
    chart.draw(stem, write_settings(title, names) + settings + "\n".join(blocks) + plot)


def draw_points(stem, title, unit, names, others, ours):
    """Points on a logarithmic axis, one column a name: a list of those of others, and ours."""
    dots = [f"{place} {value}" for place, name in enumerate(names) for value in others[name]]
    best = [f"{place} {min(others[name])}" for place, name in enumerate(names) if others[name]]
    own = [f"{place} {ours[name]}" for place, name in enumerate(names)]
    blocks = [write_block(*one) for one in (("dots", dots), ("best", best), ("own", own))]
    plot = f"""
set logscale y
set format y '10^{{%L}}'
set ylabel {chart.quote(unit)}
plot $dots using 1:2 with points pt 7 ps 0.8 lc rgb '{OTHERS}' title 'published', \\
    $best using 1:2 with points pt 7 ps 1.2 lc rgb '{BEST}' title 'the best of them', \\
    $own using 1:2 with points pt 9 ps 1.6 lc rgb '{OURS}' title 'libnnblas'
"""
    chart.draw(stem, write_settings(title, names) + "\n".join(blocks) + plot)
