// SPDX-License-Identifier: BSD-3-Clause
// A matrix as a table, with a row, a column or an element marked. Of a large one it shows the part
// around the marks.
import { getElement } from "./arithmetic.js";
import { h, makeFormat } from "./dom.js";

export const MOST_ROWS = 8, MOST_COLUMNS = 5;

// Where a part of so many begins that has the marked one in it.
export function findWindow(size, most, marked = 0) {
    return Math.max(0, Math.min(marked - Math.floor(most / 2), size - most));
}

function listWindow(size, most, marked) {
    const begin = findWindow(size, most, marked);
    return Array.from({ length: Math.min(size, most) }, (_, i) => begin + i);
}

// "", or "; rows 0–7" of those that there are.
function describePart(name, shown, size) {
    return shown.length === size ? "" : `; ${name} ${shown[0]}–${shown[shown.length - 1]}`;
}

function getMarks(mark, r, c) {
    const inRow = mark.row === r, inColumn = mark.column === c;
    if (mark.row !== undefined && mark.column !== undefined)
        return inRow && inColumn ? "element" : "";
    return inRow ? "in-row" : inColumn ? "in-column" : "";
}

// mark holds a row, a column, or both for an
// element. With choose(r, c), its elements are chosen by click and arrow keys.
export function drawMatrix(matrix, { id, name, rowNames, columnNames, mark = {}, choose }) {
    const rows = listWindow(matrix.rows, MOST_ROWS, mark.row);
    const columns = listWindow(matrix.columns, MOST_COLUMNS, mark.column);
    const part = describePart("rows", rows, matrix.rows) +
        describePart("columns", columns, matrix.columns);
    const format = makeFormat(Array.from(matrix.at));
    return h("table", { class: "matrix", id, role: choose ? "grid" : false },
        h("caption", {}, h("b", {}, name), ` ${matrix.rows} × ${matrix.columns}${part}`),
        h("thead", {}, h("tr", {}, h("td"), columns.map((c) =>
            h("th", { scope: "col", title: columnNames(c) }, h("span", {}, columnNames(c)))))),
        h("tbody", {}, rows.map((r) => h("tr", {},
            h("th", { scope: "row", title: rowNames(r) }, h("span", {}, rowNames(r))),
            columns.map((c) => drawElement(matrix, { mark, r, c, choose, format }))))));
}

function drawElement(matrix, { mark, r, c, choose, format }) {
    const value = getElement(matrix, r, c), marks = getMarks(mark, r, c);
    const cell = h("td", { class: marks, title: String(value) }, format(value));
    if (!choose)
        return cell;
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("tabindex", marks === "element" ? "0" : "-1");
    cell.setAttribute("aria-selected", String(marks === "element"));
    cell.addEventListener("click", () => choose(r, c));
    cell.addEventListener("keydown", (event) => moveInGrid(event, matrix, r, c, choose));
    return cell;
}

// A matrix behind an operator.
export function addSign(sign, matrix) {
    return h("div", { class: "signed" }, h("span", { class: "operator" }, sign), matrix);
}

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function moveInGrid(event, matrix, r, c, choose) {
    const move = MOVES[event.key];
    if (!move)
        return;
    event.preventDefault();
    choose(Math.max(0, Math.min(r + move[0], matrix.rows - 1)),
        Math.max(0, Math.min(c + move[1], matrix.columns - 1)));
}
