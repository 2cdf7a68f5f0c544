// wick/detail/flamegraph_script.hpp - the script of a flame graph's page.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

/// The script of every flame graph. It is constant: what differs from graph to graph stands in
/// elements that it reads (`metadata.wick-page`, `.wick-names`, `.wick-nodes`; write_flamegraph
/// tells their format), so that one hash in a content-security policy admits it. It fetches nothing
/// and makes no code from text. In two parts, as some compilers take no literal beyond 16 KiB.
inline constexpr std::string_view flamegraph_script_model = R"js(
"use strict";
(() => {
const script = document.currentScript;
const root = script ? script.closest("svg") : document.documentElement;
const frames = root.querySelector(".frames");
const page = root.querySelector(".wick-page");
if (!frames || !page) { return; } // nothing to show: the file says so

// ---- The profile: arrays by node, in preorder, as the file has them; never changed after reading.

const setting = name => page.getAttribute("data-" + name);
const decimals = Number(setting("decimals"));
const unit = setting("unit");
// Doubles hold integers below 2^53. Where the sum may be greater, all weights are big integers.
const exact = setting("total").length < 16;
const weightOf = exact ? Number : BigInt;
const Weights = exact ? Float64Array : BigInt64Array;

const count = Number(setting("nodes"));
const name = new Uint32Array(count);
const depth = new Uint32Array(count);
const parent = new Uint32Array(count);
const end = new Uint32Array(count); // one past the last node below
const self = new Weights(count);
const total = new Weights(count);
const names = []; // by name: what is shown
const texts = []; // by name: what is searched, with the suffix of its kind
const kinds = []; // by name: the letter of its kind
const classes = []; // by name: the CSS class, hue and shade

const suffixes = {k: "_[k]", i: "_[i]", j: "_[j]"};
const words = {k: " [kernel]", i: " [inlined]", j: " [jit]", p: " [process]", t: " [thread]",
    l: " [label]"};

function visible(escape, code) {
    if (code === "\\") { return code; }
    const byte = parseInt(code.slice(1), 16);
    if (byte < 0x20) { return String.fromCharCode(0x2400 + byte); }
    return byte === 0x7f ? "\u2421" : "\ufffd";
}

// A line is the kind, the CSS class and the name.
function readNames() {
    const lines = root.querySelector(".wick-names").textContent.split("\n");
    lines.pop(); // each line ends in a line feed
    for (const line of lines) {
        const plain = line.slice(3).replace(/\\(\\|x[0-9a-f]{2})/g, visible);
        names.push(plain);
        texts.push(plain + (suffixes[line[0]] || ""));
        classes.push(line.slice(1, 3));
        kinds.push(line[0]);
    }
}

// A node is: twice the number of levels that it goes up, plus one when it has a weight of its own;
// its name; that weight. Numbers are in base 32, lowest digit first, with 32 added to all digits
// but the last.
function readNodes() {
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
    const weight = exact ? number : bigNumber;
    const path = [];
    let level = -1;
    let node = 0;
    for (const part of root.querySelectorAll(".wick-nodes")) {
        text = part.textContent;
        for (at = 0; at < text.length && node < count; node++) {
            const head = number();
            level += 1 - Math.floor(head / 2);
            name[node] = number();
            if (head % 2 === 1) { self[node] = weight(); }
            depth[node] = level;
            parent[node] = level > 0 ? path[level - 1] : 0;
            path[level] = node;
        }
    }
    for (let i = count; i-- > 0;) {
        end[i] = Math.max(end[i], i + 1);
        total[i] += self[i];
        if (i === 0) { break; }
        total[parent[i]] += total[i];
        end[parent[i]] = Math.max(end[parent[i]], end[i]);
    }
}

// ---- Numbers as text: as the static picture writes them.

function grouped(digits) { return digits.replace(/\B(?=(\d{3})+$)/g, ","); }

function amount(weight) {
    let digits = String(weight);
    let fraction = "";
    if (decimals > 0) {
        digits = digits.padStart(decimals + 1, "0");
        fraction = digits.slice(-decimals).replace(/0+$/, "");
        digits = digits.slice(0, -decimals);
    }
    return grouped(digits) + (fraction ? "." + fraction : "");
}

function amountOfUnit(weight) {
    const text = amount(weight);
    return text + " " + (text === "1" ? unit.replace(/s$/, "") : unit);
}

function percent(part, whole) {
    if (!whole) { return "0.00 %"; }
    return (Number(part) * 100 / Number(whole)).toFixed(2) + " %";
}

function plural(number, noun) {
    return grouped(String(number)) + " " + noun + (number === 1 ? "" : "s");
}

// ---- The view: what the reader has asked for. Drawing depends on it and the window's width alone.

const view = {
    first: 0, // the nodes from `first` to `stop` fill the width: one with all below it, or a run
    stop: count,
    search: "", // the pattern, as typed
};

function shownWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop; i = end[i]) { sum += total[i]; }
    return sum;
}

// ---- Layout: boxes {first, stop, row, x, width, weight, elided, faded} in pixels.

function layOut(width, minWidth) {
    const boxes = [];
    const whole = shownWeight();
    const scale = width / Number(whole);
    for (let i = view.first; i !== 0;) {
        i = parent[i];
        boxes.push({first: i, stop: i + 1, row: depth[i], x: 0, width, weight: total[i],
            elided: false, faded: true});
    }
    const left = [];
    left[depth[view.first]] = 0;
    let run = null;
    for (let i = view.first; i < view.stop;) {
        const row = depth[i];
        const x = left[row];
        const wide = Number(total[i]) * scale;
        left[row] = x + wide;
        if (wide >= minWidth && total[i]) {
            left[row + 1] = x;
            boxes.push({first: i, stop: i + 1, row, x, width: wide, weight: total[i],
                elided: false, faded: false});
            i++;
            continue;
        }
        if (!run || run.stop !== i || run.row !== row) {
            run = {first: i, stop: i, row, x, width: 0, weight: weightOf(0), elided: true,
                faded: false};
            boxes.push(run);
        }
        run.stop = end[i];
        run.width += wide;
        run.weight += total[i];
        i = end[i];
    }
    return boxes;
}
)js";

inline constexpr std::string_view flamegraph_script_page = R"js(
// ---- Search: names are tried once, then nodes are looked up by name.

let hits = null; // by name: 1 when the pattern matches; null without a pattern

// Returns whether the pattern was a regular expression. What is none is searched for as it is.
// As in many editors, a pattern without capitals finds both cases.
function search(pattern) {
    view.search = pattern;
    hits = null;
    if (pattern === "") { return true; }
    const flags = pattern === pattern.toLowerCase() ? "i" : "";
    let expression;
    let valid = true;
    try {
        expression = new RegExp(pattern, flags);
    } catch (problem) {
        expression = new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), flags);
        valid = false;
    }
    hits = Uint8Array.from(texts, (text, i) => (i > 0 && expression.test(text) ? 1 : 0));
    return valid;
}

// The weight of the stacks shown in which something matches: each is counted at its first match.
function matchedWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop;) {
        if (hits[name[i]]) {
            sum += total[i];
            i = end[i];
        } else {
            i++;
        }
    }
    return sum;
}

function matchesWithin(box) {
    for (let i = box.first; i < box.stop; i++) {
        if (hits[name[i]]) { return true; }
    }
    return false;
}

// ---- Drawing.

const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";
const side = Number(setting("side"));
const top = Number(setting("top"));
const foot = Number(setting("foot"));
const rowHeight = Number(setting("row"));
const baseline = Number(setting("baseline"));
const minWidth = Number(setting("min"));
const rootDown = setting("inverted") === "1";
const initialRows = Number(setting("rows"));
const note = root.querySelector(".note");

let boxes = [];
let noteText = ""; // of the whole picture, while no frame is pointed at
let cell = 0; // width of a letter

function element(kind, attributes) {
    const made = document.createElementNS(SVG, kind);
    for (const key in attributes) { made.setAttribute(key, attributes[key]); }
    return made;
}

function label(box) {
    const room = Math.floor((box.width - 6) / cell);
    if (room < 3) { return ""; }
    if (box.elided) {
        const text = grouped(String(box.stop - box.first)) + " elided";
        return text.length <= room ? text : "";
    }
    const text = names[name[box.first]];
    if (text.length <= room) { return text; }
    // Not through the middle of a character that is two units long.
    return text.slice(0, room - 1).replace(/[\ud800-\udbff]$/, "") + "\u2026";
}

function describe(box) {
    const whole = total[0];
    let text;
    if (box.elided) {
        text = plural(box.stop - box.first, "frame") + " elided";
    } else {
        text = (names[name[box.first]] || "(no name)") + (words[kinds[name[box.first]]] || "");
    }
    text += " (" + amountOfUnit(box.weight) + ", " + percent(box.weight, whole);
    if (!box.elided) {
        const own = self[box.first];
        text += "; self " + amount(own) + (own ? ", " + percent(own, whole) : "");
    }
    if (view.first !== 0 && !box.faded) {
        text += "; " + percent(box.weight, shownWeight()) + " of what is shown";
    }
    return text + ")";
}

function classOf(box) {
    let list = box.elided ? "elided" : classes[name[box.first]];
    if (box.faded) { list += " faded"; }
    if (hits && !box.elided && hits[name[box.first]]) { list += " match"; }
    if (hits && box.elided && matchesWithin(box)) { list += " within"; }
    return list;
}

function drawBox(box, index, rows) {
    const y = (rootDown ? box.row : rows - 1 - box.row) * rowHeight;
    const group = element("g", {"class": classOf(box)});
    group.wickBox = index;
    // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
    const wide = box.width >= 3 ? box.width - 0.5 : box.width;
    group.appendChild(element("rect", {x: box.x.toFixed(2), y, width: wide.toFixed(2),
        height: rowHeight - 1}));
    const text = label(box);
    if (text) {
        const line = element("text", {x: (box.x + 3).toFixed(2), y: y + baseline});
        line.textContent = text;
        if (/[^ -~\u2026]/.test(text)) { line.wickFit = box.width - 6; }
        group.appendChild(line);
    }
    return group;
}

// Letters from other fonts may be wider than a cell: such labels are measured and squeezed.
function squeeze() {
    const lines = Array.from(frames.querySelectorAll("text")).filter(line => line.wickFit);
    const widths = lines.map(line => line.getComputedTextLength());
    lines.forEach((line, i) => {
        if (widths[i] > line.wickFit) {
            line.setAttribute("textLength", line.wickFit.toFixed(2));
            line.setAttribute("lengthAdjust", "spacingAndGlyphs");
        }
    });
}

function summary(all) {
    let blocks = 0;
    let elided = 0;
    let weightless = 0;
    let elidedWeight = weightOf(0);
    for (const box of all) {
        if (!box.elided) { continue; }
        if (!box.weight) { weightless += box.stop - box.first; continue; }
        blocks++;
        elided += box.stop - box.first;
        elidedWeight += box.weight;
    }
    let rest = "";
    if (weightless) { rest = ", " + grouped(String(weightless)) + " without weight not at all"; }
    if (elided === 0) { return (rest ? "every other" : "every") + " frame is drawn" + rest; }
    return plural(elided, "frame") + " narrower than " + setting("min") + " px (" +
        percent(elidedWeight, shownWeight()) + (elided === 1 ? ") is" : ") are") + " drawn as " +
        plural(blocks, "elided block") + rest + "; click a block to see into it";
}

function draw() {
    const width = setting("fluid") === "1" ? Math.max(root.getBoundingClientRect().width, 200)
        : Number(setting("width"));
    const all = layOut(width - 2 * side, minWidth);
    boxes = all.filter(box => box.weight);
    let rows = initialRows;
    for (const box of boxes) { rows = Math.max(rows, box.row + 1); }
    const height = top + rows * rowHeight + foot;
    root.setAttribute("height", height);
    root.setAttribute("viewBox", "0 0 " + width + " " + height);
    root.querySelector(".paper").setAttribute("height", height);
    root.querySelector(".paper").setAttribute("width", width);
    root.querySelector(".footer").setAttribute("transform",
        "translate(" + side + "," + (top + rows * rowHeight) + ")");
    toolbar.setAttribute("x", Math.max(0, width - side - toolbarWidth));
    const made = document.createDocumentFragment();
    boxes.forEach((box, index) => made.appendChild(drawBox(box, index, rows)));
    frames.replaceChildren(made);
    squeeze();
    noteText = summary(all);
    note.textContent = noteText;
    reset.hidden = view.first === 0;
    matched.textContent = hits ? percent(matchedWeight(), shownWeight()) + " matched" : "";
}

// ---- Controls. They exist only where the script runs.

const toolbarWidth = 520;
const toolbar = element("foreignObject", {y: 14, width: toolbarWidth, height: 36});
const bar = document.createElementNS(XHTML, "div");
const matched = document.createElementNS(XHTML, "output");
const reset = document.createElementNS(XHTML, "button");
const field = document.createElementNS(XHTML, "input");

function zoom(first, stop) {
    view.first = first;
    view.stop = stop;
    draw();
}

function find(pattern) {
    const valid = search(pattern);
    field.classList.toggle("wrong", !valid);
    field.title = valid ? "" : "not a regular expression: searched for as it is";
    draw();
}

function boxAt(event) {
    const group = event.target.closest ? event.target.closest(".frames > g") : null;
    return group ? {group, box: boxes[group.wickBox]} : null;
}

function addControls() {
    bar.setAttribute("class", "bar");
    reset.type = "button";
    reset.textContent = "Reset zoom";
    field.type = "search";
    field.placeholder = "Search (regex)";
    field.spellcheck = false;
    field.setAttribute("aria-label", "Search frames by a regular expression");
    bar.append(matched, reset, field);
    toolbar.appendChild(bar);
    root.appendChild(toolbar);
    root.classList.add("live");
}

function listen() {
    reset.addEventListener("click", () => zoom(0, count));
    field.addEventListener("input", () => find(field.value));
    frames.addEventListener("click", event => {
        const at = boxAt(event);
        if (at) { zoom(at.box.first, at.box.elided ? at.box.stop : end[at.box.first]); }
    });
    frames.addEventListener("pointerover", event => {
        const at = boxAt(event);
        if (!at) { return; }
        note.textContent = describe(at.box);
        // Tooltips are made when they are needed: most never are.
        if (!at.group.querySelector("title")) {
            const tip = element("title");
            tip.textContent = note.textContent;
            at.group.prepend(tip);
        }
    });
    frames.addEventListener("pointerleave", () => { note.textContent = noteText; });
    window.addEventListener("keydown", event => {
        const typing = document.activeElement === field;
        const asked = event.key === "F3" || ((event.ctrlKey || event.metaKey) && event.key === "f");
        if ((asked || event.key === "/") && !typing) {
            event.preventDefault(); // asked again from within, the browser's own search opens
            field.focus();
            field.select();
        } else if (event.key === "Escape" && view.search !== "") {
            field.value = "";
            find("");
        } else if (event.key === "Escape" && view.first !== 0) {
            zoom(0, count);
        }
    });
    let asked = 0;
    window.addEventListener("resize", () => {
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(draw);
    });
}

function letterWidth() {
    const probe = element("text", {visibility: "hidden"});
    probe.textContent = "0123456789".repeat(10);
    frames.appendChild(probe);
    const width = probe.getComputedTextLength() / 100;
    probe.remove();
    return width || 7.3;
}

readNames();
readNodes();
cell = letterWidth();
addControls();
if (setting("fluid") === "1") { root.setAttribute("width", "100%"); }
listen();
draw();
})();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
