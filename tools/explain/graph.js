// SPDX-License-Identifier: BSD-3-Clause
// The network as a graph, in which a weight is chosen and its paths are lit.
import { findParameter, getElement } from "./arithmetic.js";
import { byId, h, replaceChildren, shorten, show, showBriefly, svg } from "./dom.js";
import { addView, change, getOutName, getParameters, getUnitName, getWeightName, L, net, state } from "./state.js";
import { findWindow } from "./matrix.js";

const MOST_UNITS = 8, TOP = 46, SIDE = 52, LAYER_WIDTH = 64;

// The units that are drawn of a layer: the first ones, or those around one that has to be seen. A
// bias is drawn as one more unit, before the next layer.
function listUnits(l) {
    const { layer, row, column } = state.weight;
    const seen = l === layer ? column : l === layer - 1 ? Math.min(row, net.sizes[l] - 1) : 0;
    const count = Math.min(net.sizes[l], MOST_UNITS), begin = findWindow(net.sizes[l], count, seen);
    const units = Array.from({ length: count }, (_, i) => begin + i);
    return net.biases && l < L ? [...units, net.sizes[l]] : units;
}

function placeUnits(width) {
    const layers = net.sizes.map((_, l) => listUnits(l));
    const most = Math.max(...layers.map((units) => units.length));
    const rowHeight = Math.max(60, Math.min(width > 480 ? 96 : 68, 520 / most));
    const height = TOP + most * rowHeight, step = (width - 2 * SIDE) / (L + 1);
    const places = new Map();
    layers.forEach((units, l) => units.forEach((j, i) => places.set(`${l} ${j}`, {
        l,
        j,
        x: SIDE + l * step,
        y: TOP + (most - units.length) * rowHeight / 2 + (i + 0.5) * rowHeight - 8,
    })));
    return { layers, places, height, width, step, radius: width > 480 ? 21 : 17,
        cost: { x: width - SIDE, y: (TOP + height) / 2 - 8 } };
}

// ---- which lines are lit -------------------------------------------------------------------------

function isChosen(layer, row, column) {
    const w = state.weight;
    return w.layer === layer && w.row === row && w.column === column;
}

// Whether a path of the chosen weight goes from unit row of layer - 1 to unit column of layer.
function isOnPath(layer, row, column) {
    const w = state.weight;
    if (isChosen(layer, row, column))
        return true;
    if (row === net.sizes[layer - 1])
        return false;
    return layer === w.layer + 1 ? row === w.column : layer > w.layer + 1;
}

function isOnChosenPath(layer, row, column) {
    if (!state.path)
        return false;
    const first = state.weight.layer, units = state.path.units;
    return isChosen(layer, row, column) ||
        (layer > first && units[layer - 1 - first] === row && units[layer - first] === column);
}

function isUnitLit(l, j) {
    const w = state.weight;
    if (l === w.layer - 1)
        return j === w.row;
    return l === w.layer ? j === w.column : l > w.layer && j < net.sizes[l];
}

// ---- drawing -------------------------------------------------------------------------------------

function getLargestWeights() {
    const largest = [];
    for (let l = 1; l <= L; l++)
        largest[l] = state.run.W[l].at.reduce((most, w) => Math.max(most, Math.abs(w)), 1e-300);
    return largest;
}

function getEdgeId(layer, row, column) {
    return `edge-${layer}-${row}-${column}`;
}

function drawEdge(from, to, largest) {
    const weight = { layer: to.l, row: from.j, column: to.j };
    const value = getParameters()[findParameter(net, weight)];
    const lit = isOnPath(to.l, from.j, to.j), chosen = isChosen(to.l, from.j, to.j);
    const strong = isOnChosenPath(to.l, from.j, to.j);
    const line = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    const crowd = Math.min(1, 24 / (net.sizes[to.l] * net.sizes[from.l]));
    const width = 0.7 + (2.4 * Math.abs(value) / largest[to.l] + (lit ? 1 : 0)) * Math.max(crowd, 0.4);
    return svg("g", {
        role: "option",
        id: getEdgeId(to.l, from.j, to.j),
        class: ["edge", lit && "lit", chosen && "chosen", strong && "strong"].filter(Boolean).join(" "),
        "aria-selected": String(chosen),
        "aria-label": `${getWeightName(weight)}, from ${getUnitName(from.l, from.j)} to ` +
            `${getUnitName(to.l, to.j)}: ${show(value)}`,
        onclick: () => change({ weight, path: null }),
    },
    svg("title", {}, `${getWeightName(weight)} = ${show(value)}`),
    svg("line", { ...line, class: "hit" }),
    svg("line", { ...line, class: value < 0 ? "negative" : "", "stroke-width": width }));
}

function drawEdges({ layers, places, cost }) {
    const largest = getLargestWeights(), edges = [];
    for (let l = 1; l <= L; l++)
        for (const i of layers[l - 1])
            for (const j of layers[l].filter((unit) => unit < net.sizes[l]))
                edges.push(drawEdge(places.get(`${l - 1} ${i}`), places.get(`${l} ${j}`), largest));
    // What is lit is drawn over the rest.
    edges.sort((a, b) => getRank(a) - getRank(b));
    const ends = layers[L].map((k) => {
        const { x, y } = places.get(`${L} ${k}`), w = state.weight;
        const lit = w.layer < L || w.column === k;
        const strong = state.path && state.path.units[L - w.layer] === k;
        return svg("line", { x1: x, y1: y, x2: cost.x, y2: cost.y, "stroke-width": lit ? 2 : 1,
            class: `end${lit ? " lit" : ""}${strong ? " strong" : ""}` });
    });
    return [ends, edges];
}

function getRank(edge) {
    return ["lit", "strong", "chosen"].filter((name) => edge.classList.contains(name)).length;
}

function drawUnit({ l, j, x, y }, { step, radius }) {
    const bias = j === net.sizes[l];
    const value = bias ? "1" : state.showsAll ? "" : showBriefly(getElement(state.run.out[l], state.example, j));
    const shape = bias
        ? svg("rect", { x: x - 14, y: y - 14, width: 28, height: 28, rx: 4 })
        : svg("circle", { cx: x, cy: y, r: radius });
    return svg("g", { class: `unit${isUnitLit(l, j) ? " lit" : ""}` },
        svg("title", {}, getUnitName(l, j)), shape,
        svg("text", { x, y: y + 4, class: "value" }, value),
        svg("text", { x, y: y + radius + 13, class: "name" },
            shorten(getUnitName(l, j), Math.floor(Math.min(step, l === 0 ? 2 * SIDE : step) / 6.6))));
}

function drawHeads({ layers, width, step }) {
    const heads = layers.map((units, l) => {
        const left = net.sizes[l] - units.filter((j) => j < net.sizes[l]).length;
        return [svg("text", { x: SIDE + l * step, y: 16, class: "head" }, getOutName(l)),
            left > 0 && svg("text", { x: SIDE + l * step, y: 31, class: "name" },
                `${net.sizes[l] - left} of ${net.sizes[l]}`)];
    });
    const weights = step > (L > 2 ? 110 : 80) && layers.slice(1).map((_, l) =>
        svg("text", { x: SIDE + (l + 0.5) * step, y: 16, class: "head weights" }, `W${l + 1}`));
    return [heads, weights, svg("text", { x: width - SIDE, y: 16, class: "head" }, "cost")];
}

function drawCost({ cost }) {
    return svg("g", { class: "unit lit cost" },
        svg("rect", { x: cost.x - 27, y: cost.y - 17, width: 54, height: 34, rx: 6 }),
        svg("text", { x: cost.x, y: cost.y + 4, class: "value" }, show(state.run.cost)));
}

function drawGraph() {
    const box = byId("graph");
    const width = Math.max(300, LAYER_WIDTH * (L + 1), box.clientWidth || 600);
    const hadFocus = box.contains(document.activeElement);
    const graph = placeUnits(width), { layer, row, column } = state.weight;
    const picture = svg("svg", {
        width, height: graph.height, viewBox: `0 0 ${width} ${graph.height}`, tabindex: 0,
        role: "listbox", "aria-label": `The network. Weights${net.biases ? " and biases" : ""}`,
        "aria-activedescendant": getEdgeId(layer, row, column), onkeydown: moveByKey,
    }, drawEdges(graph), [...graph.places.values()].map((unit) => drawUnit(unit, graph)),
    drawCost(graph), drawHeads(graph));
    replaceChildren(box, picture);
    if (hadFocus)
        picture.focus({ preventScroll: true });
}

// ---- choosing ------------------------------------------------------------------------------------

function limit(value, least, most) {
    return Math.max(least, Math.min(value, most));
}

export function chooseWeight({ layer, row, column }) {
    layer = limit(layer, 1, L);
    const lastRow = net.sizes[layer - 1] - (net.biases ? 0 : 1);
    change({
        weight: { layer, row: limit(row, 0, lastRow), column: limit(column, 0, net.sizes[layer] - 1) },
        path: null,
    });
}

const KEYS = {
    ArrowLeft: (w) => ({ ...w, layer: w.layer - 1 }),
    ArrowRight: (w) => ({ ...w, layer: w.layer + 1 }),
    ArrowUp: (w) => ({ ...w, row: w.row - 1 }),
    ArrowDown: (w) => ({ ...w, row: w.row + 1 }),
    PageUp: (w) => ({ ...w, column: w.column - 1 }),
    PageDown: (w) => ({ ...w, column: w.column + 1 }),
    Home: () => ({ layer: 1, row: 0, column: 0 }),
    End: () => ({ layer: L, row: Infinity, column: Infinity }),
};

function moveByKey(event) {
    const move = KEYS[event.key];
    if (!move)
        return;
    event.preventDefault();
    chooseWeight(move(state.weight));
}

function fillSelect(id, names, chosen) {
    const select = byId(id);
    if (select.length !== names.length || select.dataset.names !== names.join("\n"))
        replaceChildren(select, names.map((name, i) => h("option", { value: i }, name)));
    select.dataset.names = names.join("\n");
    select.selectedIndex = chosen;
}

export function drawSelects() {
    const { layer, row, column } = state.weight;
    const rows = net.sizes[layer - 1] + (net.biases ? 1 : 0);
    fillSelect("weight-layer", net.sizes.slice(1).map((_, l) => `W${l + 1}`), layer - 1);
    fillSelect("weight-row", Array.from({ length: rows }, (_, i) => getUnitName(layer - 1, i)), row);
    fillSelect("weight-column",
        Array.from({ length: net.sizes[layer] }, (_, j) => getUnitName(layer, j)), column);
}

export function openGraph() {
    byId("graph").closest(".pair").classList.toggle("deep", L > 4);
    const listen = (id, key, offset) => byId(id).addEventListener("change", (event) =>
        chooseWeight({ ...state.weight, [key]: event.target.selectedIndex + offset }));
    listen("weight-layer", "layer", 1);
    listen("weight-row", "row", 0);
    listen("weight-column", "column", 0);
    addView(drawGraph);
    addView(drawSelects);
    let width = 0;
    new ResizeObserver(() => {
        if (byId("graph").clientWidth !== width)
            drawGraph();
        width = byId("graph").clientWidth;
    }).observe(byId("graph"));
}
