// wick/detail/flamegraph_script_model.hpp - a flame graph's script: the data, in numbers and words.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_MODEL_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_MODEL_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_model = R"js(
"use strict";
(() => {
const script = document.currentScript;
const root = script ? script.closest("svg") : document.documentElement;
const frames = root.querySelector(".frames");
const page = root.querySelector(".wick-page");
if (!frames || !page) { return; } // nothing to show: the file says so

// ---- The profile as the file has it: arrays by node, in preorder; never changed after reading.

const setting = name => page.getAttribute("data-" + name);
const decimals = Number(setting("decimals"));
const unit = setting("unit");
const factor = Number(setting("factor"));
const isTime = setting("time") === "1";
const compares = setting("source") === "comparison";
const lanes = setting("source") === "timeline";
const tested = setting("tested") === "1";
const observed = setting("observed") === "1";
const beforeScale = compares ? Number(setting("scale")) : 1;
const negate = setting("negate") === "1";
const byWidth = setting("by-width") === "1";
// Doubles hold integers below 2^53. Where a sum may be greater, all weights are big integers.
const big = setting("big") === "1";
const weightOf = big ? BigInt : Number;
const Weights = big ? BigInt64Array : Float64Array;
const magnitude = weight => (weight < 0 ? -weight : weight);

const names = []; // by name: what is shown
const texts = []; // by name: what is searched, with the suffix of its kind
const kinds = []; // by name: the letter of its kind
const classes = []; // by name: the CSS class of its colour
const attributes = new Map(); // by name, where there are any

const suffixes = {k: "_[k]", i: "_[i]", j: "_[j]", w: "_[w]"};
const words = {k: " [kernel]", i: " [inlined]", j: " [jit]", p: " [process]", t: " [thread]",
    l: " [label]", w: " [waker]"};

function visible(escape, code) {
    if (code === "\\") { return code; }
    const byte = parseInt(code.slice(1), 16);
    if (byte < 0x20) { return String.fromCharCode(0x2400 + byte); }
    return byte === 0x7f ? "\u2421" : "\ufffd";
}
const unescaped = text => text.replace(/\\(\\|x[0-9a-f]{2})/g, visible);

// What is too much for one element is in several.
const textOf = name => Array.from(root.querySelectorAll(name), part => part.textContent).join("");

// A line is the kind and the CSS class, a blank, and the name.
function readNames() {
    const lines = textOf(".wick-names").split("\n");
    lines.pop(); // each line ends in a line feed
    for (const line of lines) {
        const blank = line.indexOf(" ");
        const plain = unescaped(line.slice(blank + 1));
        names.push(plain);
        texts.push(plain + (suffixes[line[0]] || ""));
        classes.push(line.slice(1, blank));
        kinds.push(line[0]);
    }
    for (const line of textOf(".wick-attributes").split("\n")) {
        const [index, title, href, target, id, style] = line.split("\t").map(unescaped);
        if (index) { attributes.set(Number(index), {title, href, target, id, style}); }
    }
}

// Columns are the own weights of nodes; of a comparison, those after and those before.
function newTree(count) {
    const columns = [new Weights(count)];
    if (compares) { columns.push(new Weights(count)); }
    return {count, name: new Uint32Array(count), depth: new Uint32Array(count),
        parent: new Uint32Array(count), end: new Uint32Array(count), columns,
        counts: observed ? new Float64Array(count) : null,
        verdicts: tested ? new Uint8Array(count) : null, lanes: false, gaps: false};
}

// A node is: four times the number of levels that it goes up, plus one with a first number, plus
// two with a second one; its name; those numbers. Numbers are in base 32, lowest digit first, with
// 32 added to all digits but the last.
function readNodes() {
    const tree = newTree(Number(setting("nodes")));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const digits = new Uint8Array(128);
    for (let i = 0; i < 64; i++) { digits[alphabet.charCodeAt(i)] = i; }
    let text = "";
    let at = 0;
    const number = () => {
        let value = 0;
        for (let scale = 1;; scale *= 32) {
            const digit = digits[text.charCodeAt(at++)];
            if (digit < 32) { return value + digit * scale; }
            value += (digit - 32) * scale;
        }
    };
    const bigNumber = () => {
        let value = 0n;
        for (let shift = 0n;; shift += 5n) {
            const digit = digits[text.charCodeAt(at++)];
            value += BigInt(digit & 31) << shift;
            if (digit < 32) { return value; }
        }
    };
    const plain = big ? bigNumber : number;
    const signed = () => { // 0, -1, 1, -2, …
        const value = plain();
        if (big) { return value & 1n ? -((value + 1n) / 2n) : value / 2n; }
        return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    const weight = compares ? signed : plain;
    const {name, depth, parent, columns, counts, verdicts} = tree;
    const path = [];
    let level = -1;
    let node = 0;
    for (const part of root.querySelectorAll(".wick-nodes")) {
        text = part.textContent;
        for (at = 0; at < text.length && node < tree.count; node++) {
            const head = number();
            level += 1 - Math.floor(head / 4);
            name[node] = number();
            if (head & 1) { columns[0][node] = weight(); }
            if (head & 2 && compares) { columns[1][node] = weight(); }
            if (!compares) {
                const count = head & 2 ? Number(plain())
                    : Math.floor(Number(columns[0][node]) / 10 ** decimals + 0.5);
                if (counts) { counts[node] = count; }
            }
            if (verdicts) { verdicts[node] = number(); }
            depth[node] = level;
            parent[node] = level > 0 ? path[level - 1] : 0;
            path[level] = node;
        }
    }
    tree.lanes = lanes;
    tree.gaps = kinds.includes("g");
    return summed(tree);
}

// Fills in what follows from the own weights and the shape.
function summed(tree) {
    const {count, parent, end, columns, counts} = tree;
    tree.sums = columns.map(column => column.slice());
    tree.allCounts = counts ? counts.slice() : null;
    for (let i = count; i-- > 0;) {
        end[i] = Math.max(end[i], i + 1);
        if (i === 0) { break; }
        const above = parent[i];
        for (const sums of tree.sums) { sums[above] += sums[i]; }
        if (counts) { tree.allCounts[above] += tree.allCounts[i]; }
        end[above] = Math.max(end[above], end[i]);
    }
    if (tree.lanes) { tree.sums[0][0] = weightOf(setting("total")); } // below one another
    return tree;
}

// Gives nodes their width: `self` and `total`, never negative.
function widen(tree, widths) {
    const [after, before] = tree.columns;
    if (!compares) {
        tree.self = after;
        tree.total = tree.sums[0];
        return tree;
    }
    const zero = weightOf(0);
    const positive = weight => (weight > 0 ? weight : zero);
    const difference = (a, b) => magnitude(beforeScale === 1 ? a - b
        : weightOf(Math.round(Number(a) - Number(b) * beforeScale)));
    const width = {both: (a, b) => positive(a) + positive(b), before: (a, b) => positive(b),
        after: a => positive(a), difference}[widths];
    tree.self = after.map((weight, i) => width(weight, before[i]));
    tree.total = tree.self.slice();
    for (let i = tree.count; i-- > 1;) { tree.total[tree.parent[i]] += tree.total[i]; }
    return tree;
}

// ---- Numbers as text: as the static picture writes them.

function grouped(digits) { return String(digits).replace(/\B(?=(\d{3})+$)/g, ","); }

function fixedPoint(weight, places) {
    let digits = String(weight);
    let fraction = "";
    if (places > 0) {
        digits = digits.padStart(places + 1, "0");
        fraction = digits.slice(-places).replace(/0+$/, "");
        digits = digits.slice(0, -places);
    }
    return grouped(digits) + (fraction ? "." + fraction : "");
}

function time(weight) {
    const value = Number(weight);
    if (value < 1000) { return value + " ns"; }
    const [one, sign] = value >= 1e9 ? [1e6, " s"] : value >= 1e6 ? [1000, " ms"] : [1, " \u00b5s"];
    return fixedPoint(Math.floor((value + Math.floor(one / 2)) / one), 3) + sign;
}

// A weight without its unit, unless it is a time.
function amount(weight) {
    if (isTime) { return time(weight); }
    if (factor === 1) { return fixedPoint(weight, decimals); }
    const shown = Math.abs(Number(weight) / 10 ** decimals * factor) * 1000;
    return shown < 9e18 ? fixedPoint(BigInt(Math.floor(shown + 0.5)), 3)
        : "more than 9,000,000,000,000,000";
}

function amountOfUnit(weight) {
    const text = amount(weight);
    if (isTime) { return text; }
    return text + " " + (text === "1" && factor === 1 ? unit.replace(/s$/, "") : unit);
}

function percent(part, whole) {
    if (!whole) { return "0.00 %"; }
    return (Number(part) * 100 / Number(whole)).toFixed(2) + " %";
}

function sized(weight) { return (weight < 0 ? "-" : "") + amount(magnitude(weight)); }

function plural(number, noun) { return grouped(number) + " " + noun + (number === 1 ? "" : "s"); }

// Wilson's interval of a share, at 95 %.
function interval(part, whole) {
    const z = 1.959963984540054;
    const p = part / whole;
    const centre = p + z * z / (2 * whole);
    const spread = z * Math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole));
    const all = 1 + z * z / whole;
    const fixed = share => (Math.floor(share * 10000 + 0.5) / 100).toFixed(2);
    return fixed(Math.max(0, (centre - spread) / all)) + " to " +
        fixed(Math.min(1, (centre + spread) / all)) + " %";
}

readNames();
const base = readNodes();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
