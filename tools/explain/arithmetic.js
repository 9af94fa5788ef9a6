// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of a feed-forward network, in the order and the symbols of the derivation. A matrix
// is { rows, columns, at }, at holding its numbers row by row. Layer 0 is the inputs; layer l > 0
// lies behind the weights W[l].

export function makeMatrix(rows, columns, get) {
    const at = new Float64Array(rows * columns);
    if (get)
        for (let r = 0; r < rows; r++)
            for (let c = 0; c < columns; c++)
                at[r * columns + c] = get(r, c);
    return { rows, columns, at };
}

export function getElement(A, r, c) {
    return A.at[r * A.columns + c];
}

export function transpose(A) {
    return makeMatrix(A.columns, A.rows, (r, c) => getElement(A, c, r));
}

// The terms that row r of A and column c of B add to their product.
export function listProducts(A, B, r, c) {
    return Array.from({ length: A.columns }, (_, m) => getElement(A, r, m) * getElement(B, m, c));
}

// Row by row, each element the sum of the same products in the same order.
export function multiply(A, B) {
    const C = makeMatrix(A.rows, B.columns), columns = B.columns;
    for (let r = 0; r < A.rows; r++)
        for (let m = 0; m < A.columns; m++) {
            const a = A.at[r * A.columns + m];
            for (let c = 0; c < columns; c++)
                C.at[r * columns + c] += a * B.at[m * columns + c];
        }
    return C;
}

// ---- the network ---------------------------------------------------------------------------------

// { sizes, activations, cost, biases }: activations[l - 1] is that of layer l.
export function countLayers(net) {
    return net.sizes.length - 1;
}

export function getActivation(net, l) {
    return net.activations[l - 1];
}

// Where the weights of layer l begin in the vector W1 b1 W2 b2 ...; its biases are one more row.
export function findWeights(net, l) {
    let place = 0;
    for (let m = 1; m < l; m++)
        place += (net.sizes[m - 1] + (net.biases ? 1 : 0)) * net.sizes[m];
    return place;
}

export function findParameter(net, { layer, row, column }) {
    return findWeights(net, layer) + row * net.sizes[layer] + column;
}

export function countParameters(net) {
    return findWeights(net, net.sizes.length);
}

// A bias is the weight in the row behind those of the inputs.
export function isBias(net, { layer, row }) {
    return row === net.sizes[layer - 1];
}

export function getWeights(net, parameters, l) {
    const begin = findWeights(net, l), columns = net.sizes[l];
    return makeMatrix(net.sizes[l - 1], columns, (r, c) => parameters[begin + r * columns + c]);
}

export function getBiases(net, parameters, l) {
    const begin = findWeights(net, l) + net.sizes[l - 1] * net.sizes[l];
    return net.biases ? makeMatrix(1, net.sizes[l], (_, c) => parameters[begin + c]) : null;
}

// ---- forward -------------------------------------------------------------------------------------

function sigmoid(a) {
    const e = Math.exp(-Math.abs(a));
    return a < 0 ? e / (1 + e) : 1 / (1 + e);
}

// exp(x^2 / 2) P(Z > x) of the normal distribution for x >= 0: by the series of x^n / n!!, and where
// that cancels by P. S. de Laplace's continued fraction.
function getTailRatio(x) {
    if (x > 3) {
        let fraction = x;
        for (let n = 100; n > 0; n--)
            fraction = x + n / fraction;
        return 1 / (Math.sqrt(2 * Math.PI) * fraction);
    }
    let term = x, sum = x;
    for (let n = 3; n < 101; n += 2)
        sum += term *= x * x / n;
    return Math.exp(x * x / 2) / 2 - sum / Math.sqrt(2 * Math.PI);
}

// P(Z <= a), and the density.
function getNormal(a) {
    const tail = Math.exp(-a * a / 2) * getTailRatio(Math.abs(a));
    return a < 0 ? tail : 1 - tail;
}

function getDensity(a) {
    return Math.exp(-a * a / 2) / Math.sqrt(2 * Math.PI);
}

const ACTIVATIONS = {
    sigmoid,
    tanh: Math.tanh,
    relu: (a) => (a > 0 ? a : 0),
    identity: (a) => a,
    softsign: (a) => a / (1 + Math.abs(a)),
    softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
    elu: (a) => (a > 0 ? a : Math.expm1(a)),
    leaky_relu: (a) => (a > 0 ? a : 0.01 * a),
    gelu: (a) => a * getNormal(a),
    silu: (a) => a * sigmoid(a),
    sine: Math.sin,
};

// The derivative of the activation, from the value h of the unit where that is enough, else from its
// input a.
const DERIVATIVES = {
    sigmoid: (h) => h * (1 - h),
    tanh: (h) => (1 - h) * (1 + h),
    relu: (h) => (h > 0 ? 1 : 0),
    identity: () => 1,
    softsign: (h) => (1 - Math.abs(h)) ** 2,
    softplus: (h) => -Math.expm1(-h),
    elu: (h) => (h > 0 ? 1 : h + 1),
    leaky_relu: (h) => (h > 0 ? 1 : 0.01),
    gelu: (h, a) => getNormal(a) + a * getDensity(a),
    silu: (h, a) => sigmoid(a) * (1 + a * sigmoid(-a)),
    sine: (h, a) => Math.cos(a),
};

// Of unit j of layer l in example e.
export function differentiate(net, run, l, e, j) {
    return DERIVATIVES[getActivation(net, l)](getElement(run.out[l], e, j), getElement(run.in[l], e, j));
}

function applySoftmax(A) {
    return makeMatrix(A.rows, A.columns, (r, c) => {
        const row = A.at.subarray(r * A.columns, (r + 1) * A.columns), largest = Math.max(...row);
        const sum = row.reduce((total, a) => total + Math.exp(a - largest), 0);
        return Math.exp(row[c] - largest) / sum;
    });
}

function activate(activation, A) {
    if (activation === "softmax")
        return applySoftmax(A);
    return { ...A, at: A.at.map(ACTIVATIONS[activation]) };
}

// in[l] and out[l] are the matrices of layer l, W[l] and b[l] its weights; out[0] is X. weights are
// those of the examples, or null where each counts as 1; total is their sum, or N.
export function runForward(net, parameters, X, weights = null) {
    const total = weights ? weights.reduce((sum, w) => sum + w, 0) : X.rows;
    const run = { in: [null], out: [X], W: [null], b: [null], weights, total };
    for (let l = 1; l <= countLayers(net); l++) {
        run.W[l] = getWeights(net, parameters, l);
        run.b[l] = getBiases(net, parameters, l);
        run.in[l] = multiply(run.out[l - 1], run.W[l]);
        if (run.b[l])
            run.in[l].at.forEach((a, i) => {
                run.in[l].at[i] = a + run.b[l].at[i % net.sizes[l]];
            });
        run.out[l] = activate(getActivation(net, l), run.in[l]);
    }
    return run;
}

// ---- the cost ------------------------------------------------------------------------------------

// ln(1 + sum of exp(z_j - m) over all but the largest, m)
function logSumOthers(z) {
    const m = Math.max(...z), skipped = z.indexOf(m);
    return [m, Math.log1p(z.reduce((sum, a, j) => (j === skipped ? sum : sum + Math.exp(a - m)), 0))];
}

// The cost of one output; the cross-entropies from the inputs z of the units, not from rounded outputs.
function computeOutputCost(kind, z, o, y, k) {
    if (kind === "sigmoid cross-entropy") {
        const against = z[k] < 0 ? y[k] : 1 - y[k];
        return Math.log1p(Math.exp(-Math.abs(z[k]))) + against * Math.abs(z[k]);
    }
    if (kind === "softmax cross-entropy") {
        const [m, rest] = logSumOthers(z);
        return y[k] === 0 ? 0 : y[k] * (m - z[k] + rest);
    }
    return (o[k] - y[k]) ** 2 / 2;
}

export function getCostKind(net) {
    return `${getActivation(net, countLayers(net))} ${net.cost}`;
}

function takeRow(A, r) {
    return Array.from(A.at.subarray(r * A.columns, (r + 1) * A.columns));
}

// How much example e counts.
export function getExampleWeight(run, e) {
    return run.weights ? run.weights[e] : 1;
}

export function computeCost(net, run, Y) {
    const L = countLayers(net), kind = getCostKind(net);
    let sum = 0;
    for (let e = 0; e < Y.rows; e++) {
        const z = takeRow(run.in[L], e), o = takeRow(run.out[L], e), y = takeRow(Y, e);
        for (let k = 0; k < y.length; k++)
            sum += getExampleWeight(run, e) * computeOutputCost(kind, z, o, y, k);
    }
    return sum / run.total;
}

// ---- backward ------------------------------------------------------------------------------------

// Of all other outputs with the mse it is the error times the derivative of the activation.
const OUTPUT_DELTAS = {
    "sigmoid cross-entropy": (o, y, k) => o[k] - y[k],
    "softmax mse": (o, y, k) =>
        o[k] * (o[k] - y[k] - o.reduce((sum, oj, j) => sum + (oj - y[j]) * oj, 0)),
    "softmax cross-entropy": (o, y, k) => o[k] * y.reduce((sum, yj) => sum + yj, 0) - y[k],
};

function computeOutputDelta(net, run, Y) {
    const L = countLayers(net), out = run.out[L], compute = OUTPUT_DELTAS[getCostKind(net)];
    return makeMatrix(Y.rows, Y.columns, (e, k) => (compute ? compute(takeRow(out, e), takeRow(Y, e), k)
        : (getElement(out, e, k) - getElement(Y, e, k)) * differentiate(net, run, L, e, k)));
}

function weighRows(run, delta) {
    return run.weights
        ? makeMatrix(delta.rows, delta.columns, (e, j) => run.weights[e] * getElement(delta, e, j)) : delta;
}

function computeUpdate(A, weighted, total) {
    const update = multiply(transpose(A), weighted);
    update.at.forEach((sum, i) => {
        update.at[i] = sum / total;
    });
    return update;
}

function sumColumns(weighted, total) {
    return makeMatrix(1, weighted.columns, (_, c) => {
        let sum = 0;
        for (let e = 0; e < weighted.rows; e++)
            sum += getElement(weighted, e, c);
        return sum / total;
    });
}

// Adds delta[l], error[l], W_update[l] and b_update[l] to a run, and weighted[l], the rows of delta[l]
// times the weights of their examples. error of the outputs is O_out - Y.
export function runBackward(net, run, Y) {
    const L = countLayers(net);
    Object.assign(run, { delta: [], weighted: [], error: [], W_update: [null], b_update: [null] });
    run.error[L] = makeMatrix(Y.rows, Y.columns,
        (e, k) => getElement(run.out[L], e, k) - getElement(Y, e, k));
    run.delta[L] = computeOutputDelta(net, run, Y);
    for (let l = L - 1; l > 0; l--) {
        run.error[l] = multiply(run.delta[l + 1], transpose(run.W[l + 1]));
        run.delta[l] = makeMatrix(Y.rows, net.sizes[l], (e, j) => getElement(run.error[l], e, j) *
            differentiate(net, run, l, e, j));
    }
    for (let l = 1; l <= L; l++) {
        run.weighted[l] = weighRows(run, run.delta[l]);
        run.W_update[l] = computeUpdate(run.out[l - 1], run.weighted[l], run.total);
        run.b_update[l] = net.biases ? sumColumns(run.weighted[l], run.total) : null;
    }
    return run;
}

// All matrices of one iteration, the gradient as a vector like the parameters, and the cost.
export function runIteration(net, parameters, X, Y, weights = null) {
    const run = runBackward(net, runForward(net, parameters, X, weights), Y);
    run.gradient = new Float64Array(countParameters(net));
    for (let l = 1; l <= countLayers(net); l++) {
        run.gradient.set(run.W_update[l].at, findWeights(net, l));
        if (net.biases)
            run.gradient.set(run.b_update[l].at, findWeights(net, l) + run.W_update[l].at.length);
    }
    run.cost = computeCost(net, run, Y);
    return run;
}

export function takeStep(parameters, gradient, rate) {
    return parameters.map((w, p) => w - rate * gradient[p]);
}
