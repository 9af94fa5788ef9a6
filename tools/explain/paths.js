// SPDX-License-Identifier: BSD-3-Clause
// The paths of the chosen weight with their factors, and the sum over them beside other computations
// of the same derivative.
import { findParameter, getActivation, getCostKind, getElement, isBias } from "./arithmetic.js";
import { byId, h, plural, replaceChildren, shorten, show, showCount, showDifference, showExactly } from "./dom.js";
import { computeDifference, countPaths, listPaths, MOST_PATHS, sumPaths } from "./sums.js";
import { addView, change, data, getExampleName, getLetter, getParameters, getShortName, getUnitName, getWeightName, L, net, rowWeights, state, X, Y } from "./state.js";

const MOST_SHOWN = 60;

// ---- the names of the factors --------------------------------------------------------------------

export function getSmall(l) {
    if (l === 0)
        return "x";
    return l === L ? "o" : getLetter(l).toLowerCase();
}

const DERIVATIVE_TEXTS = {
    sigmoid: (u) => `${u} (1 − ${u})`,
    tanh: (u) => `(1 − ${u})(1 + ${u})`,
    relu: (u) => `[${u} > 0]`,
    identity: () => "1",
    softsign: (u) => `(1 − |${u}|)²`,
    softplus: (u) => `1 − exp(−${u})`,
    elu: (u) => `1 or 1 + ${u}`,
    leaky_relu: (u) => `[${u} > 0] or 0.01`,
    gelu: (u) => `gelu′(${u}_in)`,
    silu: (u) => `silu′(${u}_in)`,
    sine: (u) => `cos(${u}_in)`,
};

function listFactorNames() {
    const { layer } = state.weight, names = [rowWeights ? "w/Σw" : "1/N", "o_delta"];
    for (let l = L; l > layer; l--)
        names.push(`w${l}`, DERIVATIVE_TEXTS[getActivation(net, l - 1)](getSmall(l - 1)));
    return [...names, isBias(net, state.weight) ? "1" : getSmall(layer - 1)];
}

// ---- the table of paths --------------------------------------------------------------------------

function showPath(path) {
    const { layer, row } = state.weight;
    const names = path.units.map((j, i) => getShortName(layer + i, j));
    return [getShortName(layer - 1, row), ...names].map((name) => shorten(name, 18)).join(" → ");
}

function showShare(e) {
    return rowWeights ? `${show(rowWeights[e])}/${show(state.run.total)}` : `1/${showCount(data.N)}`;
}

function drawPath(path, i) {
    return h("tr", { onmouseenter: () => lightPath(i), onmouseleave: () => lightPath(-1),
        onclick: () => lightPath(i) },
        state.showsAll && h("td", {}, getExampleName(path.e)), h("td", { class: "way" }, showPath(path)),
        path.factors.map((f, i) => h("td", { class: "number", "data-value": String(f) },
            i === 0 ? showShare(path.e) : show(f))),
        h("td", { class: "number term", "data-value": String(path.term) }, show(path.term, 6)));
}

// The paths of the table, and which of them is lit in the graph, or -1.
let shownPaths = [], litPath = -1;

function lightPath(i) {
    const path = shownPaths[i] ?? null;
    state.path = path;
    litPath = path ? i : -1;
    document.querySelectorAll("#path-table tbody tr").forEach((row, r) => row.classList.toggle("now", r === i));
    byId("path-status").textContent = path
        ? `Path ${i + 1}: ${showPath(path)}, in example ${getExampleName(path.e)}, adds ${show(path.term, 6)}.` : "";
    for (const edge of document.querySelectorAll("#graph .edge, #graph .end"))
        edge.classList.remove("strong");
    if (!path)
        return;
    const first = state.weight.layer;
    for (let i = 1; i < path.units.length; i++)
        document.getElementById(`edge-${first + i}-${path.units[i - 1]}-${path.units[i]}`)
            ?.classList.add("strong");
}

function moveByArrow(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.target.id !== "path-table")
        return;
    event.preventDefault();
    lightPath(Math.max(0, Math.min(litPath + by, shownPaths.length - 1)));
    document.querySelector("#path-table .now").scrollIntoView({ block: "nearest" });
}

function listShownPaths() {
    const examples = state.showsAll ? Array.from({ length: data.N }, (_, e) => e) : [state.example];
    const paths = [];
    for (const e of examples)
        if (paths.length < MOST_SHOWN)
            paths.push(...listPaths(net, state.run, state.weight, e, MOST_SHOWN - paths.length));
    return { paths, count: examples.length * countPaths(net, state.weight) };
}

function describeShown(paths, count) {
    const where = state.showsAll ? `in ${plural(data.N, "example", "examples")}`
        : `in example ${getExampleName(state.example)}`;
    const all = `${plural(count, "path", "paths")} ${where}`;
    return paths.length < count ? `The first ${paths.length} of ${all}` : all;
}

function drawPathTable(sums) {
    const { paths, count } = listShownPaths();
    shownPaths = paths;
    litPath = -1;
    byId("path-status").textContent = "";
    const total = state.showsAll ? sums.sum : sums.examples[state.example];
    const names = listFactorNames();
    replaceChildren(byId("path-table"), h("table", { class: "paths" },
        h("caption", {}, describeShown(paths, count)),
        h("thead", {}, h("tr", {}, state.showsAll && h("th", { scope: "col" }, "example"), h("th", { scope: "col" }, "path"),
            names.map((name) => h("th", { scope: "col", class: "number" }, name)),
            h("th", { scope: "col", class: "number" }, "term"))),
        h("tbody", {}, paths.map(drawPath)),
        h("tfoot", {}, h("tr", {},
            h("th", { scope: "row", colspan: names.length + (state.showsAll ? 2 : 1) },
                state.showsAll ? "sum over all examples" : "sum over this example"),
            h("td", { class: "number term", "data-value": String(total) },
                show(total, 6))))));
}

// ---- the sums ------------------------------------------------------------------------------------

function getUpdateName({ layer, row, column }) {
    return isBias(net, state.weight) ? `b${layer}_update[${column}]`
        : `W${layer}_update[${row}][${column}]`;
}

function drawSum(name, value, reference, id) {
    return h("tr", { id }, h("th", { scope: "row" }, name),
        h("td", { class: "number exact", "data-value": String(value) }, showExactly(value)),
        h("td", { class: "number" }, reference === null ? "" : showDifference(value - reference)));
}

function nameSum(count) {
    return count > MOST_PATHS ? `sum over ${showCount(count)} paths, collected unit by unit`
        : `sum over ${plural(count, "path", "paths")}`;
}

function drawSums(sums) {
    const p = findParameter(net, state.weight), count = data.N * countPaths(net, state.weight);
    const { difference, hasCorner } = computeDifference(net, getParameters(), X, Y, state.weight, rowWeights);
    replaceChildren(byId("sums"), h("table", { class: "sums" },
        h("caption", {}, `∂cost/∂${getWeightName(state.weight)}, ` +
            (data.N === 1 ? "of the example" : `over all ${data.N} examples`)),
        h("thead", {}, h("tr", {}, h("td"), h("th", { scope: "col", class: "number" }, "value"),
            h("th", { scope: "col", class: "number" }, "difference"))),
        h("tbody", {}, drawSum(nameSum(count), sums.sum, null, "sum-paths"),
            drawSum(`${getUpdateName(state.weight)}, a matrix product`, state.run.gradient[p], sums.sum,
                "sum-product"),
            state.step === 0 &&
                drawSum("nnblas_net_gradient", data.library_gradient[p], sums.sum, "sum-library"),
            drawSum("central difference of the cost", difference, sums.sum, "sum-difference"))),
    hasCorner && h("p", { class: "note" }, "A relu unit turns on between the two costs of the central " +
        "difference. The cost has a corner there, and the difference is no derivative."));
    byId("weight-status").textContent = `${getWeightName(state.weight)}, from ` +
        `${getUnitName(state.weight.layer - 1, state.weight.row)} to ` +
        `${getUnitName(state.weight.layer, state.weight.column)}, is ` +
        `${show(getParameters()[p])}. Its ${plural(count, "path", "paths")} add up to ` +
        `${show(sums.sum, 8)}, and the matrix product gives the same.`;
}

function drawShares(sums) {
    const largest = Math.max(...sums.examples.map(Math.abs), 1e-300);
    replaceChildren(byId("shares"), h("table", { class: "shares", "aria-labelledby": "shares-title" }, h("tbody", {},
        sums.examples.map((share, e) => {
            const width = 50 * Math.abs(share) / largest;
            const style = `width: ${width}%; margin-left: ${share < 0 ? 50 - width : 50}%`;
            return h("tr", { class: state.showsAll || e === state.example ? "now" : "" },
                h("th", { scope: "row" }, getExampleName(e)),
                h("td", { class: "track", "aria-hidden": "true" }, h("span", { style, class: "share" })),
                h("td", { class: "number" }, show(share, 6)));
        })),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "all"), h("td"),
        h("td", { class: "number" }, show(sums.sum, 6))))));
}

// ---- o_delta -------------------------------------------------------------------------------------

const DELTA_TEXTS = {
    "sigmoid mse": "o_delta = (o − y) · o (1 − o): the derivative of ½ (o − y)², times that of the sigmoid.",
    "identity mse": "o_delta = o − y: the derivative of ½ (o − y)². An identity output has the derivative 1.",
    "sigmoid cross-entropy": "o_delta = o − y: in the derivative of the cross-entropy by the input of a " +
        "sigmoid output, o (1 − o) cancels.",
    "softmax mse": "o_delta = o (o − y − Σ (o − y) o), the sum over all outputs: each input of a softmax " +
        "changes every output.",
    "softmax cross-entropy": "o_delta = o − y, where the labels add up to 1: each input of a softmax " +
        "changes every output, and in the sum over them o cancels.",
};

function drawOutputDeltas() {
    const e = state.example, shown = Math.min(net.sizes[L], 12);
    const rows = Array.from({ length: shown }, (_, k) => h("tr", {},
        h("th", { scope: "row" }, getUnitName(L, k)),
        [state.run.in[L], state.run.out[L], Y, state.run.delta[L]].map((A) =>
            h("td", { class: "number" }, show(getElement(A, e, k))))));
    replaceChildren(byId("output-deltas"), h("details", { open: true },
        h("summary", {}, `Where o_delta comes from, in example ${getExampleName(e)}`),
        h("p", {}, DELTA_TEXTS[getCostKind(net)] ?? "o_delta = (o − y) · o′: the derivative of ½ (o − y)², times " +
            "that of the activation of the outputs."),
        h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "o_delta" },
            h("table", { class: "deltas", "aria-label": "o_delta" },
                h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "output"),
                    ["o_in", "o", "y", "o_delta"].map((name) =>
                        h("th", { scope: "col", class: "number" }, name)))),
                h("tbody", {}, rows)),
            shown < net.sizes[L] && h("p", { class: "note" }, `${shown} of ${net.sizes[L]} outputs.`))));
}

// The sums are over the examples, and over the units of each layer behind that of the weight.
function drawFormula() {
    const later = L - state.weight.layer;
    const index = later === 1 ? "outputs" : "paths";
    const names = listFactorNames();
    names.splice(0, 1, ...(rowWeights ? ["w"] : []));
    replaceChildren(byId("path-formula"), h("span", {}, `∂cost/∂${getWeightName(state.weight)} =`),
        h("span", {}, rowWeights ? "1/Σw" : "1/N"), h("span", {}, "Σ", h("sub", {}, "examples")),
        later > 0 && h("span", {}, "Σ", h("sub", {}, index)),
        names.map((name, i) => h("span", {}, i > 0 ? `· ${name}` : name)));
}

function drawPaths() {
    const sums = sumPaths(net, state.run, state.weight);
    drawFormula();
    drawSums(sums);
    drawShares(sums);
    drawPathTable(sums);
    drawOutputDeltas();
}

// ---- the choice of examples ----------------------------------------------------------------------

function drawBar() {
    byId("example").max = data.N;
    byId("example").value = state.example + 1;
    byId("example").disabled = state.showsAll;
    byId("all").checked = state.showsAll;
    byId("example-name").textContent = state.showsAll ? `all ${data.N}`
        : `${getExampleName(state.example)}, ${state.example + 1} of ${data.N}`;
    byId("now").dataset.cost = state.run.cost;
    byId("now").textContent = `step ${state.step}, cost ${show(state.run.cost, 6)}`;
}

export function openPaths() {
    byId("example").addEventListener("input", (event) =>
        change({ example: Number(event.target.value) - 1 }));
    byId("all").addEventListener("change", (event) => change({ showsAll: event.target.checked }));
    byId("path-table").addEventListener("keydown", moveByArrow);
    addView(drawBar);
    addView(drawPaths);
}
