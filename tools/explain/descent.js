// SPDX-License-Identifier: BSD-3-Clause
// Steps of gradient descent, forward and back, with the curve of the cost and what a step changes.
import { findParameter, findWeights, makeMatrix } from "./arithmetic.js";
import { byId, h, replaceChildren, show, showDifference, svg } from "./dom.js";
import { addSign, drawMatrix } from "./matrix.js";
import { addView, change, data, forgetLaterSteps, getParameters, getUnitName, getWeightName, goToStep, L, MOST_STEPS, net, state } from "./state.js";

const CURVE_HEIGHT = 230, MARGIN = { left: 64, right: 16, top: 14, bottom: 40 };

// ---- the curve -----------------------------------------------------------------------------------

// Round numbers, about so many, from 0 or the least on.
function listTicks(least, most, count) {
    const rough = (most - least) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough);
    const ticks = [];
    for (let i = Math.ceil(least / step); i * step <= most * (1 + 1e-9); i++)
        ticks.push(i * step);
    return ticks;
}

function makeScale(width) {
    const costs = [...state.steps.map(({ cost }) => cost), ...data.library_costs];
    const last = Math.max(10, data.library_costs.length - 1, state.steps.length - 1);
    const most = costs.reduce((largest, cost) => Math.max(largest, cost), 0) * 1.05 || 1;
    const innerWidth = width - MARGIN.left - MARGIN.right;
    const innerHeight = CURVE_HEIGHT - MARGIN.top - MARGIN.bottom;
    return { last, most, x: (step) => MARGIN.left + innerWidth * step / last,
        y: (cost) => MARGIN.top + innerHeight * (1 - cost / most) };
}

function drawAxes({ last, most, x, y }, width) {
    const bottom = CURVE_HEIGHT - MARGIN.bottom, ticks = listTicks(0, most, 4);
    const digits = Math.max(0, Math.ceil(-Math.log10(ticks[1] ?? 1)));
    return [
        ticks.map((cost) => [
            svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(cost), y2: y(cost) }),
            svg("text", { class: "tick end", x: MARGIN.left - 8, y: y(cost) + 4 },
                digits > 5 ? cost.toExponential(0) : cost.toFixed(digits))]),
        listTicks(0, last, 5).filter(Number.isInteger).map((step) =>
            svg("text", { class: "tick", x: x(step), y: bottom + 17 }, String(step))),
        svg("text", { class: "axis", x: (MARGIN.left + width - MARGIN.right) / 2, y: CURVE_HEIGHT - 5 }, "step"),
        svg("text", { class: "axis", x: 14, y: CURVE_HEIGHT / 2,
            transform: `rotate(-90 14 ${CURVE_HEIGHT / 2})` }, "cost"),
    ];
}

function drawCurve() {
    const box = byId("curve"), width = Math.max(300, box.clientWidth || 600), scale = makeScale(width);
    const points = state.steps.map(({ cost }, step) => `${scale.x(step)},${scale.y(cost)}`);
    const cost = state.steps[state.step].cost;
    replaceChildren(box, svg("svg", { width, height: CURVE_HEIGHT, role: "img",
        viewBox: `0 0 ${width} ${CURVE_HEIGHT}`,
        "aria-label": `The cost over ${state.steps.length - 1} steps, now ${show(cost, 6)}` },
    drawAxes(scale, width), data.library_costs.map((known, step) =>
        svg("circle", { class: "known", r: 2.5, cx: scale.x(step), cy: scale.y(known) })),
    svg("polyline", { class: "curve", points: points.join(" ") }),
    svg("circle", { class: "here", r: 5, cx: scale.x(state.step), cy: scale.y(cost) })));
}

// ---- the weights ---------------------------------------------------------------------------------

// The rows of a layer's weights, and its biases as one more, from a vector of parameters.
function takeLayer(vector, l) {
    const begin = findWeights(net, l), columns = net.sizes[l];
    return makeMatrix(net.sizes[l - 1] + (net.biases ? 1 : 0), columns,
        (r, c) => vector[begin + r * columns + c]);
}

// Of the first network its weights and their derivatives; of a later one how the step made it.
function drawLayer(l) {
    const names = { rowNames: (i) => getUnitName(l - 1, i), columnNames: (j) => getUnitName(l, j),
        mark: state.weight.layer === l ? state.weight : {} };
    const draw = (name, vector) => drawMatrix(takeLayer(vector, l), { ...names, name });
    const W = net.biases ? `W${l}, b${l}` : `W${l}`;
    const update = net.biases ? `W${l}_update, b${l}_update` : `W${l}_update`;
    if (state.step === 0)
        return h("div", { class: "matrices" }, draw(W, getParameters()), draw(update, state.run.gradient));
    const before = state.steps[state.step - 1].parameters, { rate } = state.steps[state.step];
    const moved = before.map((w, p) => w - getParameters()[p]);
    return h("div", { class: "matrices" }, draw(`${W} before`, before),
        addSign("−", draw(`${show(rate)} · ${update}`, moved)), addSign("=", draw(W, getParameters())));
}

// ---- words ---------------------------------------------------------------------------------------

// The library took the same steps, at its rate.
function compareCost() {
    const isSame = state.steps.slice(1, state.step + 1).every(({ rate }) => rate === data.learning_rate[0]);
    const cost = data.library_costs[state.step];
    return isSame && cost !== undefined
        ? ` nnblas has the same cost after ${state.step} steps at this rate, with a difference of ` +
            `${showDifference(state.steps[state.step].cost - cost)}.`
        : "";
}

function describeDescent() {
    const { step } = state, { cost, rate, parameters } = state.steps[step];
    if (step === 0)
        return `Before the first step the cost is ${show(cost, 6)}.`;
    const p = findParameter(net, state.weight), before = state.steps[step - 1];
    return `Step ${step}, at the rate ${show(rate)}: the cost went from ${show(before.cost, 6)} to ` +
        `${show(cost, 6)}, and ${getWeightName(state.weight)} from ${show(before.parameters[p], 6)} to ` +
        `${show(parameters[p], 6)}.${compareCost()}`;
}

function drawDescent() {
    byId("rate").value = state.rate;
    byId("step").max = state.steps.length - 1;
    byId("step").value = state.step;
    byId("step").disabled = state.steps.length === 1;
    byId("step-first").disabled = byId("step-back").disabled = state.step === 0;
    byId("step-next").disabled = byId("step-many").disabled = state.step >= MOST_STEPS;
    byId("descent-status").textContent = describeDescent();
    drawCurve();
    replaceChildren(byId("descent-weights"), Array.from({ length: L }, (_, l) => drawLayer(l + 1)));
}

function goTo(step) {
    goToStep(step);
    change({ path: null });
}

function takeRate(event) {
    const rate = Number(event.target.value);
    if (event.target.value === "" || !(rate >= 0) || !Number.isFinite(rate)) {
        event.target.value = state.rate;
        return;
    }
    if (rate !== state.rate)
        forgetLaterSteps();
    change({ rate });
}

export function openDescent() {
    byId("descent-lead").textContent = "Each step changes every weight at once, against its derivative: " +
        "W ← W − learning rate · W_update. The whole page shows the network after the step that is " +
        "chosen here. Another rate counts for the steps that follow.";
    byId("known-rate").textContent = show(data.learning_rate[0]);
    byId("rate").addEventListener("change", takeRate);
    byId("step").addEventListener("input", (event) => goTo(Number(event.target.value)));
    byId("step-first").addEventListener("click", () => goTo(0));
    byId("step-back").addEventListener("click", () => goTo(state.step - 1));
    byId("step-next").addEventListener("click", () => goTo(state.step + 1));
    byId("step-many").addEventListener("click", () => goTo(state.step + 50));
    addView(drawDescent);
    new ResizeObserver(drawCurve).observe(byId("descent"));
}
