// SPDX-License-Identifier: BSD-3-Clause
// Elements, and numbers as text.

function setAttributes(element, attributes) {
    for (const [name, value] of Object.entries(attributes))
        if (name.startsWith("on"))
            element.addEventListener(name.slice(2), value);
        else if (value !== false && value !== null && value !== undefined)
            element.setAttribute(name, value === true ? "" : value);
    return element;
}

function append(element, children) {
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
    return element;
}

// An element of HTML: name, attributes (an attribute "onclick" is a listener), children.
export function h(name, attributes = {}, ...children) {
    return append(setAttributes(document.createElement(name), attributes), children);
}

export function svg(name, attributes = {}, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    return append(setAttributes(element, attributes), children);
}

export function byId(id) {
    return document.getElementById(id);
}

export function replaceChildren(element, ...children) {
    element.replaceChildren();
    append(element, children);
}

export function shorten(text, most) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

// ---- numbers -------------------------------------------------------------------------------------

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function raise(exponent) {
    const digits = String(Math.abs(exponent)).replace(/\d/g, (d) => SUPERSCRIPTS[d]);
    return (exponent < 0 ? "⁻" : "") + digits;
}

function withMinus(text) {
    return text.replace("-", "−");
}

function inPowers(value, digits) {
    const [mantissa, exponent] = value.toExponential(digits).split("e");
    return `${withMinus(mantissa)}·10${raise(Number(exponent))}`;
}

// So many decimals, or a power of ten where those would show nothing of the number.
function showFixed(value, decimals) {
    if (value === 0)
        return decimals > 2 ? "0" : (0).toFixed(decimals);
    if (Math.abs(value) >= 1e5 || Math.abs(value) < 0.5 * 10 ** -decimals)
        return inPowers(value, 1);
    return withMinus(value.toFixed(decimals));
}

function countDecimals(value) {
    const text = String(value);
    return text.includes("e") ? Infinity : (text.split(".")[1] ?? "").length;
}

// Numbers that are given have few decimals and are shown as they are, computed ones with `decimals`.
export function show(value, decimals = 4) {
    const needed = countDecimals(value);
    return showFixed(value, needed <= 2 ? needed : decimals);
}

// A function that shows all of these numbers with the same decimals.
export function makeFormat(values, decimals = 4) {
    const needed = values.reduce((most, value) => Math.max(most, countDecimals(value)), 0);
    return (value) => showFixed(value, needed <= 2 ? needed : decimals);
}

// As a factor in a sum, a negative number is in parentheses.
export function showFactor(value) {
    return value < 0 ? `(${show(value)})` : show(value);
}

// Three digits, for little room.
export function showBriefly(value) {
    const size = Math.abs(value);
    if (size >= 1e4 || (size < 5e-3 && value !== 0))
        return withMinus(value.toExponential(0).replace("+", ""));
    return withMinus(String(Number(value.toPrecision(size < 1 ? 2 : 3))));
}

// All digits of the number that count.
export function showExactly(value) {
    return value === 0 ? "0" : withMinus(value.toPrecision(15));
}

export function showDifference(value) {
    return value === 0 ? "0" : inPowers(Math.abs(value), 1);
}

export function showCount(count) {
    if (count >= 1e9)
        return inPowers(count, 1);
    return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function plural(count, one, many) {
    return `${showCount(count)} ${count === 1 ? one : many}`;
}
