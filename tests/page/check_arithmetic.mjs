// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of the page, for every kind of network: the sum over the paths, the products and the
// central differences are the same, and for one network the numbers are those computed by hand.
// usage: node check_arithmetic.mjs FOLDER, with arithmetic.js and sums.js as modules in the folder
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const load = (name) => import(pathToFileURL(join(resolve(process.argv[2]), name)));
const { countParameters, getElement, makeMatrix, multiply, runIteration, takeStep, transpose } =
    await load("arithmetic.js");
const { computeDifference, countPaths, findUnits, listPaths, sumExample, sumPaths } = await load("sums.js");

let failures = 0;

function check(isGood, what) {
    console.log(isGood ? "ok     " : "not ok ", what);
    failures += isGood ? 0 : 1;
}

// Numbers from -1 to 1, the same in every run (a linear congruence).
function makeNumbers(seed) {
    return () => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return seed / 1073741824 - 1;
    };
}

const COSTS = [["sigmoid", "mse"], ["identity", "mse"], ["softmax", "mse"],
    ["sigmoid", "cross-entropy"], ["softmax", "cross-entropy"]];
const SIZES = [[3, 4], [4, 3, 3], [2, 3, 4, 2], [3, 2, 3, 2, 3], [1, 1, 1]];

function makeProblem(net, next) {
    const N = 5, outputs = net.sizes[net.sizes.length - 1];
    return {
        parameters: Float64Array.from({ length: countParameters(net) }, next),
        X: makeMatrix(N, net.sizes[0], next),
        Y: makeMatrix(N, outputs, (e, k) => (e % outputs === k ? 1 : 0)),
        weights: null,
    };
}

function listWeights(net) {
    return net.sizes.slice(1).flatMap((columns, l) =>
        Array.from({ length: (net.sizes[l] + (net.biases ? 1 : 0)) * columns }, (_, place) =>
            ({ layer: l + 1, row: Math.floor(place / columns), column: place % columns })));
}

// The largest distances of the paths and of the differences from the products.
function compare(net, { parameters, X, Y, weights }) {
    const run = runIteration(net, parameters, X, Y, weights), largest = { paths: 0, difference: 0 };
    listWeights(net).forEach((weight, p) => {
        const { difference, hasCorner } = computeDifference(net, parameters, X, Y, weight, weights);
        const paths = sumPaths(net, run, weight).sum;
        largest.paths = Math.max(largest.paths, Math.abs(paths - run.gradient[p]));
        if (!hasCorner)
            largest.difference = Math.max(largest.difference, Math.abs(difference - run.gradient[p]));
    });
    return largest;
}

function checkKinds() {
    const next = makeNumbers(1);
    for (const hidden of ["sigmoid", "tanh", "relu", "identity", "softsign", "softplus", "elu", "leaky_relu", "gelu",
        "silu", "sine"])
        for (const [output, cost] of [...COSTS, ["softplus", "mse"], ["gelu", "mse"]]) {
            const largest = { paths: 0, difference: 0 };
            for (const sizes of SIZES)
                for (const biases of [false, true]) {
                    const activations = sizes.slice(1).map((_, l) => (l < sizes.length - 2 ? hidden : output));
                    const net = { sizes, activations, cost, biases };
                    const problem = makeProblem(net, next);
                    for (const weights of [null, [1, 0.5, 0, 3, 2]]) {
                        const found = compare(net, { ...problem, weights });
                        largest.paths = Math.max(largest.paths, found.paths);
                        largest.difference = Math.max(largest.difference, found.difference);
                    }
                }
            check(largest.paths <= 1e-14 && largest.difference <= 1e-8,
                `${hidden}, ${output}, ${cost}: paths within ${largest.paths}, differences within ` +
                    largest.difference);
        }
}

// One input 1, one hidden unit, one output, weights ln 3 and 4: h = 3/4, o = sigmoid(3).
function checkByHand() {
    const net = { sizes: [1, 1, 1], activations: ["sigmoid", "sigmoid"], cost: "mse", biases: false };
    const one = makeMatrix(1, 1, () => 1), zero = makeMatrix(1, 1, () => 0);
    const run = runIteration(net, Float64Array.of(Math.log(3), 4), one, zero);
    const o = 1 / (1 + Math.exp(-3)), delta = o * o * (1 - o);
    const near = (a, b) => Math.abs(a - b) < 1e-15;
    check(near(run.out[1].at[0], 0.75) && near(run.out[2].at[0], o), "forward by hand");
    check(near(run.cost, o * o / 2), "the cost by hand");
    check(near(run.gradient[1], delta * 0.75), "the gradient of the second weight by hand");
    check(near(run.gradient[0], delta * 4 * 0.75 * 0.25), "the gradient of the first weight by hand");
    const stepped = takeStep(Float64Array.of(1, 2), run.gradient, 10);
    check(stepped[0] === 1 - 10 * run.gradient[0], "a step by hand");
}

// An example of weight 2 counts as one that is there twice, and one of weight 0 as none.
function checkWeights() {
    const net = { sizes: [2, 3, 2], activations: ["tanh", "softmax"], cost: "cross-entropy", biases: true };
    const { parameters, X, Y } = makeProblem(net, makeNumbers(9)), rows = [0, 2, 2, 3, 4];
    const repeat = (A) => makeMatrix(rows.length, A.columns, (r, c) => getElement(A, rows[r], c));
    const weighted = runIteration(net, parameters, X, Y, [1, 0, 2, 1, 1]);
    const repeated = runIteration(net, parameters, repeat(X), repeat(Y));
    const distance = Math.max(Math.abs(weighted.cost - repeated.cost),
        ...weighted.gradient.map((g, p) => Math.abs(g - repeated.gradient[p])));
    check(distance < 1e-15, `a weight of 2 is a row twice, within ${distance}`);
}

function checkMatrices() {
    const A = makeMatrix(2, 3, (r, c) => 3 * r + c + 1), AT = transpose(A);
    check(multiply(A, AT).at.join() === "14,32,32,77", "a product of matrices");
    check(AT.rows === 3 && AT.at.join() === "1,4,2,5,3,6", "a transposed matrix");
}

function checkPaths() {
    const net = { sizes: [2, 3, 4, 2], activations: ["tanh", "tanh", "softmax"], cost: "cross-entropy", biases: true };
    const weight = { layer: 1, row: 2, column: 1 }, problem = makeProblem(net, makeNumbers(3));
    const run = runIteration(net, problem.parameters, problem.X, problem.Y);
    check(countPaths(net, weight) === 8, "a weight of the first layer has a path for each later choice");
    const ways = new Set(Array.from({ length: 8 }, (_, p) => findUnits(net, weight, p).join()));
    check(ways.size === 8 && ways.has("1,3,1"), "its paths all differ");
    const paths = listPaths(net, run, weight, 2);
    check(paths.every(({ factors }) => factors.length === 7 && factors[6] === 1),
        "the last factor of a bias is 1");
    const sum = paths.reduce((total, { term }) => total + term, 0);
    check(Math.abs(sum - sumExample(net, run, weight, 2)) < 1e-16, "terms add up to the sum of an example");
}

// So many paths that they are collected unit by unit.
function checkManyPaths() {
    const sizes = [2, 30, 30, 30, 30, 2], activations = ["tanh", "tanh", "tanh", "tanh", "softmax"];
    const net = { sizes, activations, cost: "cross-entropy", biases: true };
    const { parameters, X, Y } = makeProblem(net, makeNumbers(5));
    const run = runIteration(net, parameters.map((w) => w / 4), X, Y);
    check(countPaths(net, { layer: 1, row: 0, column: 0 }) === 54000, "there are many paths");
    const distance = Math.abs(sumPaths(net, run, { layer: 1, row: 0, column: 0 }).sum - run.gradient[0]);
    check(distance < 1e-16, `their sum is right within ${distance}`);
}

// A relu that turns on within the step of a central difference, and one that does not.
function checkCorners() {
    const net = { sizes: [1, 1, 1], activations: ["relu", "identity"], cost: "mse", biases: false };
    const one = makeMatrix(1, 1, () => 1), weight = { layer: 1, row: 0, column: 0 };
    const hasCorner = (w) => computeDifference(net, Float64Array.of(w, 1), one, one, weight).hasCorner;
    check(hasCorner(3e-6) && hasCorner(-3e-6) && !hasCorner(1e-4) && !hasCorner(-1e-4),
        "a difference across the corner of a relu is known");
}

// Beyond where an output is rounded to 1.
function checkExtremes() {
    for (const [output, cost] of COSTS.slice(3)) {
        const net = { sizes: [1, 2], activations: [output], cost, biases: false };
        const X = makeMatrix(1, 1, () => 1), Y = makeMatrix(1, 2, (_, k) => k);
        const run = runIteration(net, Float64Array.of(800, -800), X, Y);
        check(run.cost === 1600, `${output}: the cost of a large input is exact`);
    }
}

checkMatrices();
checkByHand();
checkKinds();
checkWeights();
checkPaths();
checkManyPaths();
checkCorners();
checkExtremes();
console.log(failures, "not ok");
process.exit(failures > 0 ? 1 : 0);
