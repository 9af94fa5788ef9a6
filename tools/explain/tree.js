// SPDX-License-Identifier: BSD-3-Clause
// The derivative of the cost by a hidden unit: first a tree, with a branch for each unit of the next
// layer, then folded into a row times a column.
import { getElement, transpose } from "./arithmetic.js";
import { byId, h, replaceChildren, show, showFactor, svg } from "./dom.js";
import { addSign, drawMatrix } from "./matrix.js";
import { getSmall } from "./paths.js";
import { addView, change, getExampleName, getLetter, getUnitName, L, net, state } from "./state.js";

const CHIP_WIDTH = 84, CHIP_HEIGHT = 28, BRANCH_HEIGHT = 64, LAST_STEP = 4;

// What the tree is of: unit j of layer l, example e, and the branches to the units k that are drawn.
function getTree(width) {
    const { layer: l, index: j } = state.unit, e = state.example;
    const fitting = Math.max(2, Math.floor((width - 20) / CHIP_WIDTH) - 1);
    const branches = Array.from({ length: Math.min(net.sizes[l + 1], fitting, 6) }, (_, k) => {
        const delta = getElement(state.run.delta[l + 1], e, k), w = getElement(state.run.W[l + 1], j, k);
        return { k, delta, w, product: delta * w };
    });
    return { l, j, e, branches, width, height: Math.max(3, branches.length) * BRANCH_HEIGHT + 84,
        error: getElement(state.run.error[l], e, j), left: net.sizes[l + 1] - branches.length };
}

// ---- where things are at each step ---------------------------------------------------------------

function placeTree(tree, step) {
    const { width, height, branches } = tree, middle = height / 2;
    const K = branches.length, columnX = width / 2 + K * CHIP_WIDTH / 2 + 7;
    const begin = middle - (K - 1) * BRANCH_HEIGHT / 2 - 14, top = middle - (K + 1) * 34 / 2 + 4;
    const bottom = top + K * 34 + 14;
    return {
        root: { x: 46, y: middle - 14 },
        cost: { x: width - 46, y: middle - 14 },
        result: step < 3 ? { x: width / 2 + 108, y: middle + (K + 1) * BRANCH_HEIGHT / 2 - 10 }
            : { x: columnX, y: bottom },
        branches: branches.map((_, i) => {
            const y = begin + i * BRANCH_HEIGHT, x = width * 0.5;
            const unit = { x, y };
            if (step < 2)
                return { unit, w: { x: (x + 46) / 2, y: (y + middle - 14) / 2 },
                    delta: { x: (x + width - 46) / 2, y: (y + middle - 14) / 2 }, product: unit };
            if (step === 2)
                return { unit, delta: { x: x - 104, y }, w: { x: x, y }, product: { x: x + 108, y } };
            return { unit, w: { x: columnX, y: top + i * 34 },
                delta: { x: columnX - 14 - (K - i) * CHIP_WIDTH, y: bottom }, product: unit };
        }),
    };
}

// ---- drawing -------------------------------------------------------------------------------------

// A group that moves to its place; the style sheet makes the move visible.
function drawMoving(name, place, isShown, ...children) {
    return svg("g", { class: `moving ${name}${isShown ? "" : " hidden"}`,
        style: `transform: translate(${place.x}px, ${place.y}px)` }, children);
}

function drawChip(name, place, isShown, text) {
    return drawMoving(`chip ${name}`, place, isShown,
        svg("rect", { x: -CHIP_WIDTH / 2 + 3, y: -CHIP_HEIGHT / 2, width: CHIP_WIDTH - 6,
            height: CHIP_HEIGHT, rx: 5 }),
        svg("text", { y: 4 }, text));
}

function drawBall(place, isShown, text, below) {
    return drawMoving("unit lit", place, isShown, svg("circle", { r: 18 }),
        svg("text", { y: 4, class: "value" }, text), svg("text", { y: 31, class: "name" }, below));
}

function drawLine(from, to, isShown) {
    return svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y,
        class: `branch${isShown ? "" : " hidden"}` });
}

function drawTreePicture(tree, step) {
    const places = placeTree(tree, step), unfolded = step < 2;
    const lines = places.branches.flatMap(({ unit }) =>
        [drawLine(places.root, unit, unfolded), drawLine(unit, places.cost, unfolded)]);
    const small = getSmall(tree.l), next = getSmall(tree.l + 1);
    const branches = tree.branches.map(({ k, delta, w, product }, i) => {
        const place = places.branches[i];
        return [
            drawBall(place.unit, unfolded, `${next}${k}`, unfolded ? getUnitName(tree.l + 1, k) : ""),
            drawChip("w", place.w, step > 0, show(w)),
            drawChip("delta", place.delta, step > 0, show(delta)),
            drawChip("product", place.product, step === 2, show(product, 6)),
            step === 2 && drawSigns(place, tree.width > 460 && getUnitName(tree.l + 1, k)),
        ];
    });
    return [lines, drawBall(places.root, unfolded, `${small}${tree.j}`, ""),
        drawMoving("unit lit cost", places.cost, unfolded,
            svg("rect", { x: -27, y: -17, width: 54, height: 34, rx: 6 }),
            svg("text", { y: 4, class: "value" }, "cost")),
        branches, drawChip("result", places.result, step > 1, show(tree.error, 6)),
        step === 2 && svg("text", { class: "sign end", x: places.result.x - 56, y: places.result.y + 5 },
            "their sum"),
        step > 2 && drawFoldNames(tree, places)];
}

function drawSigns({ delta, w, product }, name) {
    const sign = (x, text) => svg("text", { x, y: delta.y + 5, class: "sign" }, text);
    return [sign((delta.x + w.x) / 2, "·"), sign((w.x + product.x) / 2, "="),
        name && svg("text", { x: delta.x - CHIP_WIDTH / 2 - 8, y: delta.y + 4, class: "name end" }, name)];
}

function drawFoldNames(tree, { branches, result }) {
    const delta = `${getLetter(tree.l + 1)}_delta`;
    const first = branches[0];
    return [
        svg("text", { x: first.delta.x - CHIP_WIDTH / 2 + 4, y: result.y + 32, class: "legend delta" },
            `row ${tree.e} of ${delta}`),
        svg("text", { x: result.x - CHIP_WIDTH / 2 - 6, y: first.w.y + 4, class: "legend w end" },
            `column ${tree.j} of W${tree.l + 1}ᵀ`),
    ];
}

// The groups stay the same elements from step to step, so that they move.
function updatePicture(box, tree, step) {
    const drawn = svg("svg", { width: tree.width, height: tree.height, role: "img",
        viewBox: `0 0 ${tree.width} ${tree.height}`, "aria-label": describeStep(tree, step) },
    drawTreePicture(tree, step));
    const old = box.querySelector("svg");
    const key = [tree.l, tree.j, tree.branches.length, tree.width].join(" ");
    if (old && box.dataset.key === key) {
        old.setAttribute("aria-label", describeStep(tree, step));
        moveOver(old, drawn);
    } else
        replaceChildren(box, drawn);
    box.dataset.key = key;
}

// Moving groups and lines take the state of the new ones; what stands still is replaced.
function moveOver(old, drawn) {
    const oldMoving = old.querySelectorAll(".moving, .branch");
    drawn.querySelectorAll(".moving, .branch").forEach((element, i) => {
        oldMoving[i].setAttribute("class", element.getAttribute("class"));
        oldMoving[i].setAttribute("style", element.getAttribute("style") ?? "");
        if (element.matches(".moving"))
            element.querySelectorAll("text").forEach((text, t) => {
                oldMoving[i].querySelectorAll("text")[t].textContent = text.textContent;
            });
    });
    old.querySelectorAll(":scope > text").forEach((text) => text.remove());
    old.append(...drawn.querySelectorAll(":scope > text"));
}

// ---- words ---------------------------------------------------------------------------------------

function describeStep(tree, step) {
    const unit = getUnitName(tree.l, tree.j), next = getLetter(tree.l + 1), W = `W${tree.l + 1}`;
    const sum = tree.branches.map(({ delta, w }) => `${showFactor(delta)} · ${showFactor(w)}`).join(" + ");
    const more = tree.left > 0 ? ` + ${tree.left} more` : "";
    const units = net.sizes[tree.l + 1];
    return [
        units === 1
            ? `The cost depends on ${unit} only through the one unit of the next layer: a single branch.`
            : `The cost depends on ${unit} only through the ${units} units of the next layer: ` +
              "one branch for each of them.",
        `Each branch has two factors: the weight, which is the derivative of the next unit's input by ` +
            `${unit}, and ${next}_delta, which is the derivative of the cost by that input.`,
        `The multivariable chain rule: multiply along each branch, and add over the branches. ` +
            `${sum}${more} = ${show(tree.error, 6)}.`,
        `Fold the tree: the branches' ${next}_delta are a row, their weights a column. Multiply them ` +
            `place by place and add up: a row times a column is the sum over the branches, ` +
            `${show(tree.error, 6)}.`,
        `The row is that of example ${getExampleName(tree.e)}, the column that of ${unit}. For every ` +
            `example and every unit at once it is one product: ` +
            `${getLetter(tree.l)}_error = ${next}_delta · ${W}ᵀ.`,
    ][step];
}

function drawTreeMatrices(tree) {
    if (state.treeStep < LAST_STEP)
        return [];
    const { l, e, j } = tree, next = (k) => getUnitName(l + 1, k), own = (i) => getUnitName(l, i);
    return [
        drawMatrix(state.run.delta[l + 1], { name: `${getLetter(l + 1)}_delta`, rowNames: getExampleName,
            columnNames: next, mark: { row: e } }),
        addSign("·", drawMatrix(transpose(state.run.W[l + 1]), { name: `W${l + 1}ᵀ`, rowNames: next,
            columnNames: own, mark: { column: j } })),
        addSign("=", drawMatrix(state.run.error[l], { name: `${getLetter(l)}_error`,
            rowNames: getExampleName, columnNames: own, mark: { row: e, column: j } })),
    ];
}

function drawTree() {
    if (L === 1)
        return;
    const tree = getTree(Math.max(300, byId("tree-figure").clientWidth || 600));
    updatePicture(byId("tree-figure"), tree, state.treeStep);
    byId("tree-status").textContent = describeStep(tree, state.treeStep) +
        (tree.left > 0 ? ` (${tree.branches.length} of ${net.sizes[tree.l + 1]} branches are drawn; ` +
            "the sum is over all.)" : "");
    byId("tree-count").textContent = `${state.treeStep + 1} of ${LAST_STEP + 1}`;
    byId("tree-back").disabled = state.treeStep === 0;
    byId("tree-next").disabled = state.treeStep === LAST_STEP;
    byId("tree-layer").selectedIndex = state.unit.layer - 1;
    fillUnits();
    replaceChildren(byId("tree-matrices"), drawTreeMatrices(tree));
}

function fillUnits() {
    const { layer, index } = state.unit, select = byId("tree-unit");
    replaceChildren(select, Array.from({ length: net.sizes[layer] }, (_, j) =>
        h("option", { value: j }, getUnitName(layer, j))));
    select.selectedIndex = index;
}

export function openTree() {
    if (L === 1) {
        replaceChildren(byId("tree-body"), h("p", {}, "This network has no hidden layer: each weight has " +
            "one path to the cost, and there is no tree to fold."));
        return;
    }
    byId("tree-lead").textContent = "A hidden unit changes the cost in several ways at once. What its " +
        "derivative is for one example, branch by branch, and how the branches become a product:";
    byId("tree-layer-label").hidden = L === 2;
    replaceChildren(byId("tree-layer"), Array.from({ length: L - 1 }, (_, l) =>
        h("option", { value: l + 1 }, getLetter(l + 1))));
    byId("tree-layer").addEventListener("change", (event) =>
        change({ unit: { layer: event.target.selectedIndex + 1, index: 0 }, treeStep: 0 }));
    byId("tree-unit").addEventListener("change", (event) =>
        change({ unit: { ...state.unit, index: event.target.selectedIndex } }));
    byId("tree-back").addEventListener("click", () => change({ treeStep: state.treeStep - 1 }));
    byId("tree-next").addEventListener("click", () => change({ treeStep: state.treeStep + 1 }));
    addView(drawTree);
    let width = 0;
    new ResizeObserver(() => {
        if (byId("tree-figure").clientWidth !== width)
            drawTree();
        width = byId("tree-figure").clientWidth;
    }).observe(byId("tree-figure"));
}
