#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every control of the page works, by the keyboard and for a screen reader.

usage: check_controls.py NNBLAS
"""
import sys

from support import Pages, check, conclude, skip_without_browser
from webdriver import Browser

# What the Tab key has to reach: all that can be operated, of a group of radio buttons the chosen one.
FOCUSABLE = """return Array.from(document.querySelectorAll(
        "a[href], button, input, select, summary, [tabindex='0']"))
    .filter((element) => !element.disabled && element.checkVisibility() &&
        !(element.type === "radio" && !element.checked))
    .map((element, i) => element.dataset.place = String(i));"""
READ_FOCUS = """const element = document.activeElement, style = getComputedStyle(element);
    const label = element.closest("label");
    const ring = [style, label && getComputedStyle(label)].some((s) =>
        s && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
    return [element.dataset.place ?? null, ring, element.outerHTML.slice(0, 60)];"""


class Page:
    """The page in a browser, read by the words on it."""

    def __init__(self, browser, page):
        self.browser = browser
        browser.open(page)

    def read(self, identity):
        return self.browser.run("return document.getElementById(arguments[0]).textContent", identity)

    def focus(self, selector):
        self.browser.run("document.querySelector(arguments[0]).focus()", selector)

    def press(self, selector, *keys):
        self.focus(selector)
        self.browser.press(*keys)

    def check_press(self, what, selector, keys, identity, words):
        self.press(selector, *keys)
        text = self.read(identity)
        check(words in text, f"{what}: {text if words not in text else words}")


def check_graph(page):
    def expect(key, words):
        page.check_press(f"{key} in the graph", "#graph svg", [key], "weight-status", words)

    expect("Down", "w1[3][0], from petal width to hidden 0")
    expect("Down", "w1[3][0]")
    expect("Up", "w1[2][0]")
    expect("PageDown", "w1[2][1], from petal length to hidden 1")
    expect("PageUp", "w1[2][0]")
    expect("Right", "w2[2][0], from hidden 2 to setosa")
    expect("Right", "w2[2][0]")
    expect("Left", "w1[2][0]")
    expect("End", "w2[2][2], from hidden 2 to virginica")
    expect("Home", "w1[0][0], from sepal length to hidden 0")
    check(page.browser.run("return document.activeElement.getAttribute('aria-activedescendant')") ==
          "edge-1-0-0", "the graph keeps the focus, and names the weight that is chosen")
    page.browser.run("""const line = document.querySelector("#edge-2-1-2 .hit");
        line.dispatchEvent(new MouseEvent("click", { bubbles: true }));""")
    check("w2[1][2]" in page.read("weight-status"), "a click on a line chooses its weight")
    lit = page.browser.run("""return Array.from(document.querySelectorAll("#graph .edge.lit"),
        (edge) => edge.id);""")
    check(lit == ["edge-2-1-2"], "a weight of the outputs has one line")
    page.press("#graph svg", "Home")
    lit = page.browser.run("""return Array.from(document.querySelectorAll("#graph .edge.lit"),
        (edge) => edge.id).sort();""")
    check(lit == ["edge-1-0-0", "edge-2-0-0", "edge-2-0-1", "edge-2-0-2"],
          "a weight of the inputs has the lines of its three paths")
    page.browser.run("""document.querySelectorAll("#path-table tbody tr")[1]
        .dispatchEvent(new MouseEvent("mouseenter"));""")
    strong = page.browser.run("""return document.querySelector("#graph .strong").id""")
    check(strong == "edge-2-0-1", "a path of the list is shown in the graph")
    page.check_press("the next path", "#path-table", ["Down"], "path-status", "Path 3")
    page.check_press("the path before", "#path-table", ["Up"], "path-status",
                     "Path 2: sepal length → h0 → versicolor, in example 1 (setosa), adds")
    strong = page.browser.run("""return document.querySelector("#graph .strong").id""")
    check(strong == "edge-2-0-1", "it is shown in the graph too")


def check_selects(page):
    page.check_press("the layer", "#weight-layer", ["Down"], "weight-status", "w2[0][0]")
    page.check_press("where it begins", "#weight-row", ["Down"], "weight-status", "w2[1][0]")
    page.check_press("where it ends", "#weight-column", ["Down"], "weight-status", "w2[1][1]")


def check_examples(page):
    page.check_press("the example", "#example", ["Right"], "example-name", "2 (setosa), 2 of 6")
    page.check_press("the last example", "#example", ["End"], "example-name", "6 (virginica), 6 of 6")
    check("in example 6 (virginica)" in page.read("path-table"), "its paths are listed")
    page.check_press("all examples", "#all", ["Space"], "path-table", "sum over all examples")
    page.check_press("one example again", "#all", ["Space"], "path-table", "sum over this example")
    page.press("#example", "Home")


def check_tree(page):
    for step, words in enumerate(["Each branch has two factors", "multivariable chain rule",
                                  "a row times a column", "H_error = O_delta · W2ᵀ"], 2):
        page.check_press(f"step {step} of the tree", "#tree-next", ["Enter"], "tree-status", words)
    check("H_error" in page.read("tree-matrices"), "its last step has the matrices")
    page.check_press("back", "#tree-back", ["Enter"], "tree-count", "4 of 5")
    page.check_press("another unit", "#tree-unit", ["Down"], "tree-figure", "column 1 of W2ᵀ")


def check_products(page):
    page.check_press("the next element", "#element-next", ["Enter"], "product-status", "H_in[0][1]")
    page.check_press("the one before", "#element-back", ["Enter"], "product-status", "H_in[0][0]")
    page.check_press("the last one", "#element-back", ["Enter"], "product-status", "H_in[5][2]")
    page.check_press("up in the result", "#product-result td.element", ["Up"], "product-status",
                     "H_in[4][2]")
    page.browser.press("Left")
    check("H_in[4][1]" in page.read("product-status"), "left, with the focus where it was")
    names = ["H_out·W2", "O_delta·W2ᵀ", "Xᵀ·H_delta", "H_outᵀ·O_delta"]
    results = ["O_in[0][0]", "H_error[0][0]", "W1_update[0][0]", "W2_update[0][0]"]
    for name, result in zip(names, results):
        page.check_press(name, "#product-list input:checked", ["Down"], "product-status", result)
        check(name in page.read("product-figure"), f"the matrices of {name} are shown")
    check("Divided by N = 6" in page.read("product-status"), "an update is divided by N")
    page.browser.run("document.querySelector('#product-result tbody td:last-child').click()")
    check("W2_update[0][2]" in page.read("product-status"), "a click chooses an element")


def check_descent(page):
    page.check_press("a step", "#step-next", ["Enter"], "descent-status", "Step 1, at the rate 1")
    check("nnblas has the same cost" in page.read("descent-status"), "its cost is the library's")
    check("step 1, cost" in page.read("now"), "the whole page is of that step")
    check("(step 1)" in page.read("check-table"), "also the checks")
    page.press("#rate", "End", "\ue003", "\ue003", "\ue003", "0", ".", "5", "Enter")
    page.check_press("another rate", "#step-next", ["Enter"], "descent-status", "Step 2, at the rate 0.5")
    page.check_press("back", "#step-back", ["Enter"], "descent-status", "Step 1, at the rate 1")
    page.check_press("forward", "#step-next", ["Enter"], "descent-status", "Step 2, at the rate 0.5")
    page.check_press("50 steps", "#step-many", ["Enter"], "descent-status", "Step 52")
    page.check_press("the steps", "#step", ["Left"], "descent-status", "Step 51")
    page.press("#rate", "\ue003", "\ue003", "\ue003", "-", "1", "Enter")
    check(page.browser.run("return document.getElementById('rate').value") == "0.5",
          "a negative rate is not taken")
    page.check_press("the start", "#step-first", ["Enter"], "descent-status", "Before the first step")


def check_tabs(page):
    wanted = page.browser.run(FOCUSABLE)
    page.browser.run("document.activeElement.blur(); scrollTo(0, 0)")
    reached, unseen = set(), []
    for _ in range(len(wanted) + 10):
        page.browser.press("Tab")
        place, has_ring, text = page.browser.run(READ_FOCUS)
        if place in reached:
            break
        if place is not None:
            reached.add(place)
            unseen += [] if has_ring else [text]
    check(reached == set(wanted), f"Tab reaches {len(reached)} of {len(wanted)} controls")
    check(not unseen, f"the focus is seen on all of them {unseen}")


def check_names(page):
    """As a screen reader gets them."""
    nodes = page.browser.devtools("Accessibility.getFullAXTree")["nodes"]
    nameless, roles = [], set()
    for node in nodes:
        role = node.get("role", {}).get("value")
        if not node.get("ignored"):
            roles.add(role)
        if role in ("button", "slider", "combobox", "checkbox", "radio", "radiogroup", "listbox", "option",
                    "spinbutton", "image", "link", "table", "grid", "region") and \
                not node.get("ignored") and not node.get("name", {}).get("value"):
            nameless.append(role)
    check({"slider", "listbox", "option", "grid", "gridcell", "status", "main", "image"} <= roles,
          f"the roles are there {sorted(filter(None, roles))}")
    check(not nameless, f"every control, table and picture has a name {nameless}")


skip_without_browser("the controls of the page of nnblas explain")
pages = Pages(sys.argv[1])
with Browser() as chromium:
    iris = Page(chromium, pages.make_iris())
    for checks in (check_graph, check_selects, check_examples, check_tree, check_products,
                   check_descent, check_tabs, check_names):
        checks(iris)
    check(not chromium.read_messages(), "the console is empty")
conclude()
