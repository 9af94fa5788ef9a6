#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The page fits narrow screens, and its words can be read in the light, in the dark and on paper.

usage: check_looks.py NNBLAS
"""
import sys

from support import Pages, check, conclude, skip_without_browser
from webdriver import Browser

# The least contrast of WCAG 2 (AA) for words; the colours are what is seen behind them.
LEAST_CONTRAST = 4.5
READ_FAINTEST = """
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const findBack = (element) => {
        for (; element; element = element.parentElement) {
            const shape = element.matches("g.chip, g.unit") && element.querySelector("rect, circle");
            const color = parse(shape ? getComputedStyle(shape).fill.replace("none", "rgba(0,0,0,0)")
                : getComputedStyle(element).backgroundColor);
            if (color.length === 3 || color[3] === 1)
                return color;
        }
    };
    let least = [Infinity, ""];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement, style = getComputedStyle(element);
        if (!walker.currentNode.textContent.trim() || !element.checkVisibility() ||
            element.closest("button:disabled, script, style, title, option, .hidden, .skip"))
            continue;
        const isPicture = element instanceof SVGElement;
        const [a, b] = [parse(isPicture ? style.fill : style.color), findBack(element)].map(luminance);
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < least[0])
            least = [contrast, walker.currentNode.textContent.slice(0, 40)];
    }
    return least;"""
READ_WIDTHS = "return [document.documentElement.scrollWidth, innerWidth];"
# What sticks out of the page to the right, and of no box that scrolls.
FIND_OUTSIDE = """return Array.from(document.querySelectorAll("main *, header *")).filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 1 &&
    !element.closest(".scroll, .matrices, .product > div, #graph")).map((element) =>
        element.outerHTML.slice(0, 60));"""
SHOW_ALL = """for (let i = 0; i < 4; i++) document.getElementById("tree-next")?.click();
    document.getElementById("step-next").click();"""


def check_contrast(browser, name):
    contrast, words = browser.run(READ_FAINTEST)
    check(contrast >= LEAST_CONTRAST, f"{name}: the least contrast is {contrast:.2f}, of '{words}'")


def check_narrow(pages):
    for width in (400, 320):
        with Browser(width, 800) as browser:
            for name, page in pages.items():
                browser.open(page)
                browser.run(SHOW_ALL)
                whole, seen = browser.run(READ_WIDTHS)
                outside = browser.run(FIND_OUTSIDE)
                check(whole <= seen and not outside, f"{name}: fits a width of {width} {outside[:3]}")


def check_dark(page):
    with Browser(dark=True) as browser:
        browser.open(page)
        browser.run(SHOW_ALL)
        back = browser.run("return getComputedStyle(document.body).backgroundColor")
        check(back == "rgb(21, 24, 27)", f"in the dark the page is {back}")
        check_contrast(browser, "dark")


def check_light(pages):
    with Browser() as browser:
        for name, page in pages.items():
            browser.open(page)
            browser.run(SHOW_ALL)
            check_contrast(browser, name)


def check_motion(page):
    read = "return getComputedStyle(document.querySelector('.moving')).transitionDuration"
    with Browser(moves=True) as browser:
        browser.open(page)
        check(browser.run(read) != "0s", "the tree folds before the eyes")
    with Browser() as browser:
        browser.open(page)
        check(browser.run(read) == "0s", "  unless motion is to be reduced")


def check_paper(page):
    with Browser(dark=True) as browser:
        browser.open(page)
        browser.run(SHOW_ALL)
        browser.devtools("Emulation.setEmulatedMedia", media="print")
        shown = browser.run("""return Array.from(document.querySelectorAll("nav, button, select"))
            .filter((element) => element.checkVisibility()).length;""")
        check(shown == 0, "no control is printed")
        back = browser.run("return getComputedStyle(document.body).backgroundColor")
        check(back == "rgb(255, 255, 255)", "paper is white in the dark too")
        check_contrast(browser, "paper")
        browser.print_page(pages.path / "page.pdf")
        check((pages.path / "page.pdf").read_bytes().startswith(b"%PDF"), "it prints")


skip_without_browser("how the page of nnblas explain looks")
pages = Pages(sys.argv[1])
made = pages.make_all()
check_narrow(made)
check_light(made)
check_dark(made["the flowers"])
check_motion(made["the flowers"])
check_paper(made["the flowers"])
conclude()
