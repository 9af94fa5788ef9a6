// SPDX-License-Identifier: BSD-3-Clause
// The gradient of one weight without matrices: the sum over its paths to the cost, and the central
// difference of the cost.
import { computeCost, countLayers, differentiate, findParameter, getElement, getExampleWeight, isBias, runForward } from "./arithmetic.js";

// Kahan's sum as A. Neumaier improved it: what each addition is rounded by is added up too.
export function makeSum() {
    let sum = 0, lost = 0;
    return {
        add(term) {
            const next = sum + term;
            lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
            sum = next;
        },
        get: () => sum + lost,
    };
}

// How many paths lead from the weight to the cost in one example: one for each choice of a unit in
// every later layer.
export function countPaths(net, weight) {
    return net.sizes.slice(weight.layer + 1).reduce((count, size) => count * size, 1);
}

// The units of path number p in the layers from the weight's own to the outputs.
export function findUnits(net, weight, p) {
    const units = [weight.column];
    for (let l = countLayers(net); l > weight.layer; l--) {
        units.splice(1, 0, p % net.sizes[l]);
        p = Math.floor(p / net.sizes[l]);
    }
    return units;
}

// What the weight multiplies in example e: the value of the unit before it, or 1 for a bias.
export function getSource(net, run, weight, e) {
    return isBias(net, weight) ? 1 : getElement(run.out[weight.layer - 1], e, weight.row);
}

// The share of example e in the cost: 1/N, or its weight by the sum of the weights.
export function getShare(run, e) {
    return getExampleWeight(run, e) / run.total;
}

// The factors of a path from the cost back to the weight: the share of the example, o_delta of the
// output, then for each layer on the way back a weight and a derivative, and last the value that the
// weight multiplies.
export function listFactors(net, run, weight, e, units) {
    const L = countLayers(net);
    const factors = [getShare(run, e), getElement(run.delta[L], e, units[L - weight.layer])];
    for (let l = L; l > weight.layer; l--) {
        const from = units[l - 1 - weight.layer], to = units[l - weight.layer];
        factors.push(getElement(run.W[l], from, to));
        factors.push(differentiate(net, run, l - 1, e, from));
    }
    return [...factors, getSource(net, run, weight, e)];
}

export function listPaths(net, run, weight, e, most = Infinity) {
    const count = Math.min(countPaths(net, weight), most);
    return Array.from({ length: count }, (_, p) => {
        const units = findUnits(net, weight, p), factors = listFactors(net, run, weight, e, units);
        return { e, units, factors, term: factors.reduce((product, f) => product * f, 1) };
    });
}

// More paths than these are not added one by one.
export const MOST_PATHS = 20000;

// The sum over the paths from unit j of layer l to the cost, of all the factors behind the unit: paths
// that meet in a unit share the rest of their way, whose sum is found once.
function collect(net, run, e, l, j, found) {
    const L = countLayers(net), key = l * 100000 + j;
    if (l === L)
        return getElement(run.delta[L], e, j);
    if (!found.has(key)) {
        const sum = makeSum();
        for (let k = 0; k < net.sizes[l + 1]; k++)
            sum.add(collect(net, run, e, l + 1, k, found) * getElement(run.W[l + 1], j, k));
        found.set(key,
            sum.get() * differentiate(net, run, l, e, j));
    }
    return found.get(key);
}

// The sum over all paths in example e, with its share.
export function sumExample(net, run, weight, e) {
    const sum = makeSum();
    if (countPaths(net, weight) * run.out[0].rows > MOST_PATHS)
        return collect(net, run, e, weight.layer, weight.column, new Map()) *
            getSource(net, run, weight, e) * getShare(run, e);
    for (const path of listPaths(net, run, weight, e))
        sum.add(path.term);
    return sum.get();
}

export function sumPaths(net, run, weight) {
    const sum = makeSum(), examples = [];
    for (let e = 0; e < run.out[0].rows; e++) {
        examples.push(sumExample(net, run, weight, e));
        sum.add(examples[e]);
    }
    return { examples, sum: sum.get() };
}

// ---- the difference ------------------------------------------------------------------------------

// Its rounding error grows as 1e-16 / step, its own error as step^2.
export const DIFFERENCE_STEP = 1e-5;

const WITH_CORNER = ["relu", "leaky_relu", "elu", "softsign"];

// Whether a relu or a unit like it is on at one side of the difference and off at the other: there the
// cost or its derivative has a corner, and the difference is no derivative.
function crossesCorner(net, above, below) {
    return net.activations.some((activation, i) => WITH_CORNER.includes(activation) &&
        above.in[i + 1].at.some((a, p) => a > 0 !== below.in[i + 1].at[p] > 0));
}

export function computeDifference(net, parameters, X, Y, weight, weights = null) {
    const p = findParameter(net, weight);
    const [above, below] = [DIFFERENCE_STEP, -DIFFERENCE_STEP].map((step) => {
        const moved = Float64Array.from(parameters);
        moved[p] += step;
        return runForward(net, moved, X, weights);
    });
    return {
        difference: (computeCost(net, above, Y) - computeCost(net, below, Y)) / (2 * DIFFERENCE_STEP),
        hasCorner: crossesCorner(net, above, below),
    };
}
