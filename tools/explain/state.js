// SPDX-License-Identifier: BSD-3-Clause
// What is chosen on the page, and the numbers that follow from it. Every view is a function that
// draws from `state`, and change() calls all of them.
import { countLayers, makeMatrix, runIteration, takeStep } from "./arithmetic.js";

export const data = readData();
export const net = {
    sizes: data.sizes,
    activations: data.activations,
    cost: data.cost,
    biases: data.biases,
};
export const L = countLayers(net);
export const X = makeMatrix(data.N, net.sizes[0], (r, c) => data.X[r * net.sizes[0] + c]);
export const Y = makeMatrix(data.N, net.sizes[L], (r, c) => data.Y[r * net.sizes[L] + c]);
// The weights of the examples, or null.
export const rowWeights = data.weights ?? null;

function readData() {
    return JSON.parse(document.getElementById("data").textContent);
}

// steps: the parameters before the first step of gradient descent, after it, and so on, with the cost
// and the rate of the step that led there.
export const state = {
    example: 0,
    showsAll: false,
    weight: null,
    path: null,
    unit: { layer: Math.max(1, L - 1), index: 0 },
    treeStep: 0,
    product: 0,
    element: { row: 0, column: 0 },
    rate: data.learning_rate[0],
    step: 0,
    steps: [],
    run: null,
};

function addStep(parameters, rate) {
    const run = runIteration(net, parameters, X, Y, rowWeights);
    state.steps.push({ parameters, rate, cost: run.cost });
    return run;
}

export function getParameters() {
    return state.steps[state.step].parameters;
}

// So that the steps of a large network fit into memory.
export const MOST_STEPS = Math.max(100, Math.min(5000, Math.floor(2e6 / data.parameters.length)));

// Goes to a step; steps that were not taken yet are taken at the rate of now.
export function goToStep(step) {
    step = Math.max(0, Math.min(step, MOST_STEPS));
    while (state.steps.length <= step) {
        const last = state.steps[state.steps.length - 1];
        const run = runIteration(net, last.parameters, X, Y, rowWeights);
        const next = addStep(takeStep(last.parameters, run.gradient, state.rate), state.rate);
        if (!Number.isFinite(next.cost)) {
            state.steps.pop();
            step = state.steps.length - 1;
            break;
        }
    }
    state.step = step;
    state.run = runIteration(net, getParameters(), X, Y, rowWeights);
}

// Steps behind this one were taken at another rate.
export function forgetLaterSteps() {
    state.steps.length = state.step + 1;
}

state.run = addStep(Float64Array.from(data.parameters), null);

// Of a model, the weight of the first layer that changes the cost most: many others may have derivative
// 0. Of the flowers, the one that the text of nnblas explain is about.
function findFirstWeight() {
    if (!data.model)
        return { layer: 1, row: 2, column: 0 };
    const { at, columns } = state.run.W_update[1];
    const largest = at.reduce((most, g, p) => (Math.abs(g) > Math.abs(at[most]) ? p : most), 0);
    return { layer: 1, row: Math.floor(largest / columns), column: largest % columns };
}

state.weight = findFirstWeight();

const views = [];

export function addView(draw) {
    views.push(draw);
}

export function change(update) {
    Object.assign(state, update);
    views.forEach((draw) => draw());
}

// ---- names ---------------------------------------------------------------------------------------

// The letter of a layer: H and O as in the derivation, H1, H2, ... where several layers are hidden.
export function getLetter(l) {
    if (l === L)
        return "O";
    return L === 2 ? "H" : `H${l}`;
}

// The matrix that a layer gives to the next one.
export function getOutName(l) {
    return l === 0 ? "X" : `${getLetter(l)}_out`;
}

export function getUnitName(l, j) {
    if (l === 0)
        return j === net.sizes[0] ? "bias" : data.inputs[j];
    if (l === L)
        return data.outputs[j];
    if (j === net.sizes[l])
        return "bias";
    return L === 2 ? `hidden ${j}` : `hidden ${l}.${j}`;
}

// The same for little room.
export function getShortName(l, j) {
    if (l === 0 || l === L || j === net.sizes[l])
        return getUnitName(l, j);
    return L === 2 ? `h${j}` : `h${l}.${j}`;
}

export function getWeightName({ layer, row, column }) {
    if (row === net.sizes[layer - 1])
        return `b${layer}[${column}]`;
    return `w${layer}[${row}][${column}]`;
}

// The class of a row whose labels are 0 and one 1.
function findClass(e) {
    const row = Array.from(Y.at.subarray(e * Y.columns, (e + 1) * Y.columns));
    const isOne = row.length > 1 && row.every((y) => y === 0 || y === 1);
    return isOne && row.filter((y) => y === 1).length === 1 ? data.outputs[row.indexOf(1)] : "";
}

export function getExampleName(e) {
    const found = findClass(e);
    return found ? `${data.rows[e]} (${found})` : `${data.rows[e]}`;
}
