// SPDX-License-Identifier: BSD-3-Clause
// The matrix products of an iteration, element by element: a row and a column meet.
import { getElement, listProducts, transpose } from "./arithmetic.js";
import { byId, h, makeFormat, replaceChildren, show } from "./dom.js";
import { drawMatrix } from "./matrix.js";
import { addView, change, getExampleName, getLetter, getOutName, getUnitName, L, net, rowWeights, state } from "./state.js";

const MOST_TERMS = 8;

// What the sums over the examples are divided by.
const TOTAL = rowWeights ? "Σw" : "N";

const unitsOf = (l) => (j) => getUnitName(l, j);

// name, what it computes, and a function that gives its matrices A · B = C, with the names of their
// rows and columns, and what a sum becomes: plus a bias, or times 1/N.
function makeForward(l) {
    return {
        name: `${getOutName(l - 1)}·W${l}`, what: `gives ${getLetter(l)}_in`,
        get: () => ({
            A: [getOutName(l - 1), state.run.out[l - 1]], B: [`W${l}`, state.run.W[l]],
            C: [`${getLetter(l)}_in`, state.run.in[l]], bias: state.run.b[l] && [`b${l}`, state.run.b[l]],
            rows: getExampleName, inner: unitsOf(l - 1), columns: unitsOf(l), scale: 1,
        }),
    };
}

function makeError(l) {
    const delta = `${getLetter(l)}_delta`;
    return {
        name: `${delta}·W${l}ᵀ`, what: `gives ${getLetter(l - 1)}_error`,
        get: () => ({
            A: [delta, state.run.delta[l]], B: [`W${l}ᵀ`, transpose(state.run.W[l])],
            C: [`${getLetter(l - 1)}_error`, state.run.error[l - 1]], bias: null,
            rows: getExampleName, inner: unitsOf(l), columns: unitsOf(l - 1), scale: 1,
        }),
    };
}

function makeUpdate(l) {
    const A = `${getOutName(l - 1)}ᵀ`, delta = `${rowWeights ? "w " : ""}${getLetter(l)}_delta`;
    return {
        name: `${A}·${delta}`, what: `gives ${TOTAL} · W${l}_update`,
        get: () => ({
            A: [A, transpose(state.run.out[l - 1])], B: [delta, state.run.weighted[l]],
            C: [`W${l}_update`, state.run.W_update[l]], bias: null,
            rows: unitsOf(l - 1), inner: getExampleName, columns: unitsOf(l), scale: state.run.total,
        }),
    };
}

function listLayers() {
    return Array.from({ length: L }, (_, l) => l + 1);
}

const PRODUCTS = [
    ...listLayers().map(makeForward),
    ...listLayers().slice(1).reverse().map(makeError),
    ...listLayers().map(makeUpdate),
];

// ---- the element ---------------------------------------------------------------------------------

function drawTerms(product, terms) {
    const { row: r, column: c } = state.element, inner = product.A[1].columns;
    const shown = terms.slice(0, MOST_TERMS);
    const rest = terms.slice(shown.length).reduce((sum, term) => sum + term, 0);
    const left = inner - shown.length, sum = terms.reduce((total, term) => total + term, 0);
    const format = makeFormat(terms, 6);
    const line = (name, get, last, kind) => h("tr", { class: kind }, h("th", { scope: "row" }, name),
        shown.map((_, m) => h("td", { class: "number" }, get(m))),
        left > 0 && h("td", { class: "number" }, last), kind === "term" && h("td", { class: "number" }, format(sum)));
    replaceChildren(byId("product-terms"), h("table", { class: "terms", "aria-label": "Row, column and their products" },
        h("thead", {}, h("tr", {}, h("td"), shown.map((_, m) =>
            h("th", { scope: "col", class: "number" }, product.inner(m))),
        left > 0 && h("th", { scope: "col", class: "number" }, `${left} more`),
        h("th", { scope: "col", class: "number" }, "sum"))),
        h("tbody", {},
            line(`row ${r} of ${product.A[0]}`, (m) => show(getElement(product.A[1], r, m)), "", "in-row"),
            line(`column ${c} of ${product.B[0]}`, (m) => show(getElement(product.B[1], m, c)), "",
                "in-column"),
            line("their products", (m) => format(terms[m]), format(rest), "term"))));
}

function describeElement(product, terms) {
    const { row: r, column: c } = state.element;
    const sum = terms.reduce((total, term) => total + term, 0);
    const value = getElement(product.C[1], r, c);
    const where = `${product.C[0]}[${r}][${c}]`;
    const adds = `The products of row ${r} and column ${c} add up to ${show(sum, 6)}`;
    if (product.bias)
        return `${adds}. With the bias ${product.bias[0]}[${c}] = ` +
            `${show(getElement(product.bias[1], 0, c))}, ${where} = ${show(value, 6)}.`;
    if (product.scale !== 1)
        return `${adds}. Divided by ${TOTAL} = ${show(product.scale)}, ${where} = ${show(value, 6)}.`;
    return `${adds}: ${where} = ${show(value, 6)}.`;
}

// ---- the matrices --------------------------------------------------------------------------------

function drawProducts() {
    const product = PRODUCTS[state.product].get(), { row, column } = state.element;
    const hadFocus = document.activeElement?.closest("#product-result");
    const [A, B, C] = [product.A, product.B, product.C];
    replaceChildren(byId("product-figure"),
        h("p", { class: "corner" }, h("b", {}, `${C[0]} = ${PRODUCTS[state.product].name}` +
            (product.scale === 1 ? "" : ` / ${TOTAL}`) + (product.bias ? ` + ${product.bias[0]}` : "")),
        h("span", {}, "Choose an element of the result; the arrow keys move in it.")),
        h("div", { class: "b" }, drawMatrix(B[1], { name: B[0], rowNames: product.inner,
            columnNames: product.columns, mark: { column } })),
        h("div", { class: "a" }, drawMatrix(A[1], { name: A[0], rowNames: product.rows,
            columnNames: product.inner, mark: { row } })),
        h("div", { class: "c" }, drawMatrix(C[1], { id: "product-result", name: C[0],
            rowNames: product.rows, columnNames: product.columns, mark: { row, column },
            choose: (r, c) => change({ element: { row: r, column: c } }) })));
    if (hadFocus)
        document.querySelector("#product-result td.element").focus({ preventScroll: true });
    const terms = listProducts(A[1], B[1], row, column);
    drawTerms(product, terms);
    byId("product-status").textContent = describeElement(product, terms);
    document.querySelectorAll("#product-list input").forEach((input, i) => {
        input.checked = i === state.product;
    });
}

function moveElement(by) {
    const { rows, columns } = PRODUCTS[state.product].get().C[1], count = rows * columns;
    const place = (state.element.row * columns + state.element.column + by + count) % count;
    change({ element: { row: Math.floor(place / columns), column: place % columns } });
}

export function openProducts() {
    const count = ["one product", "two", "three", "four", "five"][PRODUCTS.length - 1] ?? PRODUCTS.length;
    byId("products-title").textContent = PRODUCTS.length === 5 ? "The five products" : "The products";
    byId("products-lead").textContent = "An iteration over all examples is " +
        (PRODUCTS.length === 1 ? count : `${count} products`) + " of matrices, and between them only passes " +
        "over single elements. In each product an element of the result is a row times a column.";
    replaceChildren(byId("product-list"), PRODUCTS.map(({ name, what }, i) => h("label", {},
        h("input", { type: "radio", name: "product", value: i,
            onchange: () => change({ product: i, element: { row: 0, column: 0 } }) }),
        h("span", {}, h("b", {}, name), h("small", {}, what)))));
    byId("element-back").addEventListener("click", () => moveElement(-1));
    byId("element-next").addEventListener("click", () => moveElement(1));
    addView(drawProducts);
}
