// SPDX-License-Identifier: BSD-3-Clause
// Says what the page is of, and opens its sections.
import { countParameters, findWeights } from "./arithmetic.js";
import { byId, h, plural, replaceChildren, showDifference } from "./dom.js";
import { openDescent } from "./descent.js";
import { openGraph } from "./graph.js";
import { openPaths } from "./paths.js";
import { openProducts } from "./products.js";
import { addView, change, data, getParameters, L, net, rowWeights, state, X, Y } from "./state.js";
import { computeDifference, sumPaths } from "./sums.js";
import { openTree } from "./tree.js";

// ---- what is shown -------------------------------------------------------------------------------

function describeNetwork() {
    const hidden = net.sizes.slice(1, L).map((size, l) =>
        `${plural(size, "hidden", "hidden")} ${net.activations[l]} ${size === 1 ? "unit" : "units"}`);
    const outputs = `${net.sizes[L]} ${net.activations[L - 1]} ${net.sizes[L] === 1 ? "output" : "outputs"}`;
    const [N, w] = rowWeights ? ["Σw", "w "] : ["N", ""];
    const cost = net.cost === "mse" ? `mean squared error, 1/(2${N}) Σ ${w}(o − y)²`
        : net.activations[L - 1] === "softmax" ? `cross-entropy, −1/${N} Σ ${w}y ln o`
            : `cross-entropy, −1/${N} Σ ${w}(y ln o + (1 − y) ln(1 − o))`;
    return `${plural(net.sizes[0], "input", "inputs")}, ${[...hidden, outputs].join(", ")}` +
        `${net.biases ? ", with biases" : ""}. The cost is the ${cost}.`;
}

function describeRows() {
    if (!data.model)
        return "The examples are two iris flowers of each of three species, measured in centimetres. The " +
            "first weights are random and have two decimals.";
    const read = data.is_whole ? plural(data.n_read, "row", "rows") : `first ${plural(data.n_read, "row", "rows")}`;
    const rows = data.N < data.n_read
        ? `${plural(data.N, "row", "rows")} of ${data.table}, evenly spaced over its ${read}`
        : `the ${read} of ${data.table}`;
    const network = data.members === 1 ? data.model
        : `number ${data.member} of the ${data.members} of the ensemble ${data.model}`;
    return `The network is ${network}. The examples are ${rows}, encoded and scaled as in its training. ` +
        "All numbers of this page are over these examples only.";
}

function describeWeights() {
    const lacks = data.lacks_weights
        ? " The table has no column of the weights that the rows of the training had: 1 is taken for each." : "";
    return rowWeights ? " Each row has the weight w of its column or class, as in the training; rows of weight 0 " +
        `are left out.${lacks}` : lacks;
}

function describeCut() {
    if (!data.whole_sizes)
        return "";
    return `The network of the model, ${data.whole_sizes.join("–")}, is too large for this page, which ` +
        `shows the first units of each layer, ${net.sizes.join("–")}, with the weights between them, as a ` +
        "network of its own. Its outputs and its cost are not those of the model.";
}

// ---- all weights at once -------------------------------------------------------------------------

// More sums than these would take long: each goes through all weights for each example.
const MOST_CHECKED = Math.max(20, Math.min(250, Math.floor(1e7 / (data.parameters.length * data.N))));

function listWeights() {
    const weights = [];
    for (let layer = 1; layer <= L; layer++)
        for (let row = 0; row < net.sizes[layer - 1] + (net.biases ? 1 : 0); row++)
            for (let column = 0; column < net.sizes[layer]; column++)
                weights.push({ layer, row, column });
    return weights.slice(0, MOST_CHECKED);
}

function findLargest(values) {
    return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function compareAll() {
    const weights = listWeights(), gradient = state.run.gradient;
    const paths = weights.map((w, p) => sumPaths(net, state.run, w).sum - gradient[p]);
    const differences = weights.map((w) => computeDifference(net, getParameters(), X, Y, w, rowWeights));
    const smooth = differences.map((d, p) => (d.hasCorner ? 0 : d.difference - gradient[p]));
    return { count: weights.length, paths: findLargest(paths), differences: findLargest(smooth),
        corners: differences.filter((d) => d.hasCorner).length };
}

// They take the longest of all, and change only with the step.
let checkedRun = null;

function drawChecks() {
    if (checkedRun === state.run)
        return;
    checkedRun = state.run;
    const found = compareAll(), step = state.step === 0;
    const row = (name, value, id) => h("tr", { id }, h("th", { scope: "row" }, name),
        h("td", { class: "number", "data-value": String(value) }, showDifference(value)));
    const all = found.count === countParameters(net) ? `all ${found.count}` : `the first ${found.count}`;
    replaceChildren(byId("check-table"), h("table", { class: "sums" },
        h("caption", {}, "The largest differences between two computations of the same numbers" +
            (step ? "" : ` (step ${state.step})`)),
        h("tbody", {},
            row(`The sum over the paths and the matrix products, for ${all} weights`, found.paths,
                "check-paths"),
            row(`The central differences and the matrix products, for ${all} weights`,
                found.differences, "check-differences"),
            step && row(`The products of this page and nnblas_net_gradient, for all ${countParameters(net)}`,
                findLargest(state.run.gradient.map((g, p) => g - data.library_gradient[p])),
                "check-gradient"),
            step && row("The outputs of this page and nnblas_net_predict",
                findLargest(state.run.out[L].at.map((o, i) => o - data.library_outputs[i])),
                "check-outputs"),
            step && row("The cost of this page and that of the library",
                state.run.cost - data.library_costs[0], "check-cost"))),
    found.corners > 0 && h("p", { class: "note" },
        `Without ${plural(found.corners, "weight", "weights")} whose central difference crosses the corner of a relu.`));
}

function openMain() {
    byId("about").textContent = `${describeNetwork()} ${describeRows()}${describeWeights()}`;
    if (data.whole_sizes)
        byId("about").after(h("p", { class: "note", id: "cut" }, describeCut()));
    document.querySelectorAll("[data-biases]").forEach((element) => {
        element.hidden = !net.biases;
    });
    byId("foot").textContent = `Written by nnblas explain, libnnblas ${data.version}. The numbers of the ` +
        "library were computed when the page was written; all others are computed by the page.";
    for (const open of [openGraph, openPaths, openTree, openProducts, openDescent])
        open();
    addView(drawChecks);
    change({});
}

openMain();
