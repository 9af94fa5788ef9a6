#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The numbers that a browser shows on the page are those of the library.

usage: check_numbers.py NNBLAS
"""
import json
import math
import sys

from support import Pages, check, conclude, read_data, skip_without_browser
from webdriver import Browser

READ_SUMS = """const read = (id) => Number(document.querySelector(`#${id} [data-value]`)?.dataset.value);
    return ["sum-paths", "sum-product", "sum-library", "sum-difference"].map(read);"""
READ_PATHS = """return Array.from(document.querySelectorAll(".paths tbody tr"),
    (row) => Array.from(row.querySelectorAll("[data-value]"), (cell) => Number(cell.dataset.value)));"""
READ_CHECKS = """return Object.fromEntries(Array.from(document.querySelectorAll("#check-table tr"),
    (row) => [row.id, Number(row.querySelector("[data-value]").dataset.value)]));"""
CHOOSE = """const choose = (id, i) => {
        const select = document.getElementById(id);
        select.selectedIndex = i;
        select.dispatchEvent(new Event("change"));
    };
    choose("weight-layer", arguments[0] - 1);
    choose("weight-row", arguments[1]);
    choose("weight-column", arguments[2]);"""


def list_weights(data):
    """Each weight, and each bias as a row behind the weights, with its place in the gradient."""
    place = 0
    for layer in range(1, len(data["sizes"])):
        rows = data["sizes"][layer - 1] + data["biases"]
        for row in range(rows):
            for column in range(data["sizes"][layer]):
                yield (layer, row, column), place
                place += 1


def pick(weights, count):
    step = max(1, len(weights) // count)
    return weights[::step] + weights[-1:]


def is_near(a, b, error):
    return abs(a - b) <= error * max(1.0, abs(b))


def check_weights(browser, data, name):
    weights = pick(list(list_weights(data)), 12)
    good = {"paths": 0, "product": 0, "library": 0, "difference": 0}
    for weight, place in weights:
        browser.run(CHOOSE, *weight)
        paths, product, library, difference = browser.run(READ_SUMS)
        right = data["library_gradient"][place]
        good["paths"] += is_near(paths, right, 1e-14)
        good["product"] += is_near(product, right, 1e-14)
        good["library"] += library == right
        good["difference"] += is_near(difference, right, 1e-8)
    for what, count in good.items():
        # A relu may turn on between the two costs of a difference.
        wanted = len(weights) - (2 if what == "difference" and "relu" in data["activations"] else 0)
        check(count >= wanted, f"{name}: {what} right for {count} of {len(weights)} weights")


def check_paths(browser, data, name):
    """The factors of each path multiply to its term, and the terms add up to the derivative."""
    browser.run(CHOOSE, 1, 0, 0)
    browser.run("document.getElementById('all').click()")
    paths = browser.run(READ_PATHS)
    count = data["N"] * math.prod(data["sizes"][2:])
    check(len(paths) == min(count, 60), f"{name}: {len(paths)} of {count} paths are listed")
    check(all(is_near(math.prod(factors), term, 1e-15) for *factors, term in paths),
          f"{name}: factors multiply to terms")
    if len(paths) == count:
        check(is_near(math.fsum(term for *_, term in paths), data["library_gradient"][0], 1e-15),
              f"{name}: terms add up to the library's gradient")
    browser.run("document.getElementById('all').click()")


def check_checks(browser, name):
    found = browser.run(READ_CHECKS)
    for what in ("paths", "gradient", "outputs", "cost"):
        check(abs(found[f"check-{what}"]) <= 1e-14, f"{name}: {what} within {found[f'check-{what}']}")
    check(found["check-differences"] <= 1e-8,
          f"{name}: differences within {found['check-differences']}")


def check_descent(browser, data, name):
    browser.click("#step-many")
    cost = float(browser.run("return document.getElementById('now').dataset.cost"))
    check(len(data["library_costs"]) == 51 and is_near(cost, data["library_costs"][50], 1e-13),
          f"{name}: the cost after 50 steps, {cost}, is the library's")


def check_page(browser, page, name):
    browser.open(page)
    data = read_data(page)
    check_weights(browser, data, name)
    check_paths(browser, data, name)
    check_checks(browser, name)
    check_descent(browser, data, name)
    messages = browser.read_messages()
    check(not messages, f"{name}: the console is empty {messages}")
    addresses = browser.read_addresses()
    check(addresses and all(address.startswith(("file:", "data:")) for address in addresses),
          f"{name}: nothing is requested but the file")


def check_texts(browser, pages):
    browser.open(pages["a network without hidden layers"])
    name = browser.run("return document.getElementById('weight-row').options[0].textContent")
    check(name == "a</script><b>&amp;", f"a column named {name} is shown as it is named")
    check("no hidden layer" in browser.run("return document.getElementById('tree').innerText"),
          "without hidden layers there is no tree")
    browser.open(pages["a large network"])
    check("39–200–1" in browser.run("return document.getElementById('cut').innerText"),
          "what is cut is said")
    browser.open(pages["a deep network"])
    check("20 rows of deep.csv, evenly spaced over its 60 rows" in browser.run("return document.getElementById('about').innerText"),
          "which rows are explained is said")
    browser.open(pages["an ensemble"])
    check("number 2 of the 3 of the ensemble ensemble." in browser.run("return document.getElementById('about').innerText"),
          "which network of an ensemble is explained is said")


def check_cost_of_training(pages, page):
    """Of all rows of a training that had weights the page has the cost that the training had."""
    data = read_data(page)
    run = json.loads((pages.path / "weighted.json").read_text())
    lines = (pages.path / "weighted.csv").read_text().split()[1:]
    right = [int(line.split(",")[3]) * (2.5 if ",yes," in line else 1) for line in lines]
    check(data["weights"] == right, "the weights are those of the column times those of the classes")
    cost = run["result"]["kept"]["cost_after"]
    check(is_near(data["library_costs"][0], cost, 1e-14), f"the weighted cost is that of the training, {cost}")


def check_weights_shown(browser, page):
    browser.open(page)
    read = lambda name: browser.run("return document.querySelector(arguments[0]).innerText", name)
    check("−1/Σw Σ w y ln o." in read("#about"), "the cost is said to be weighted")
    check("\tw/Σw\to_delta\t" in read("#path-table"), "the weight is a factor of a path")
    check("\t2.5/86\t" in read("#path-table"), "which is shown with the sum of the weights")
    check(read("#path-formula").split("\n")[1:5] == ["1/Σw", "Σexamples", "Σoutputs", "w"],
          "the formula of a weight has those of the rows")
    check("w O_delta\ngives Σw · W2_update" in read("#product-list"), "the products have them too")


skip_without_browser("the numbers of the page of nnblas explain")
pages = Pages(sys.argv[1])
made = pages.make_all()
with Browser() as chromium:
    for name, page in made.items():
        check_page(chromium, page, name)
    check_texts(chromium, made)
    check_weights_shown(chromium, made["weighted rows"])
check_cost_of_training(pages, made["weighted rows"])
conclude()
