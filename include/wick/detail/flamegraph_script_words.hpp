// wick/detail/flamegraph_script_words.hpp - a flame graph's script: what is said about frames.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_WORDS_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_WORDS_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_words = R"js(
// ---- Changes between two sides.

function changeOf([after, before], node) {
    const change = beforeScale === 1 ? Number(after[node] - before[node])
        : Number(after[node]) - Number(before[node]) * beforeScale;
    return negate ? -change : change;
}

function changeWhole() {
    const [after, before] = tree.sums;
    return Math.max(Math.abs(Number(before[0]) * beforeScale), Math.abs(Number(after[0]))) ||
        Number(tree.total[0]);
}

function signed(value) { return (value < 0 ? "-" : "+") + amount(Math.round(Math.abs(value))); }

function signedPercent(value) {
    const share = Math.floor(Math.abs(value) / changeWhole() * 10000 + 0.5) / 100;
    return (value < 0 ? "-" : "+") + share.toFixed(2) + " %";
}

const isGone = node => tree.sums[1][node] && !tree.sums[0][node];
const verdictWords = ["", "; unchanged", "; not significant", "; improved", "; regressed"];

// The shade k + 1 begins at 2^(9 k / 8 - 10).
const shadeBegins = [2.1810154653305154, 4.756828460010884, 10.374716437208077,
    22.627416997969522, 49.350746413054104, 107.63474115247546, 234.75303506039583, 512];

// 1 to 9 by the logarithm of the change's share, grey where nothing was shown.
function changeClass(node) {
    const change = changeOf(view.bySelf ? tree.columns : tree.sums, node);
    const share = Math.abs(change) / changeWhole();
    const verdict = tree.verdicts ? tree.verdicts[node] : 0;
    const says = view.bySelf ? Math.floor(verdict / 5) : verdict % 5;
    if (!(share > 0) || (tree.verdicts && says < 3)) { return "z0"; }
    const level = 1 + shadeBegins.filter(begin => share * 1024 >= begin).length;
    return (change > 0 ? "u" : "n") + level;
}

function describeChange(after, before, change) {
    return signed(change) + (isTime ? "" : " " + unit) + ", " + signedPercent(change) +
        "; before " + sized(before) + ", after " + sized(after);
}

// ---- What is said about a box: its numbers, and how they stand to others.

function ownWeight(node) {
    let own = tree.self[node];
    if (!tree.gaps || tree !== base) { return own; }
    for (let i = node + 1; i < tree.end[node]; i = tree.end[i]) {
        if (isGap(i)) { own += tree.self[i]; }
    }
    return own;
}

const brief = text => (text.length > 60 ? text.slice(0, 36) + "\u2026" + text.slice(-23) : text);

function titleOf(name) {
    return (names[name] || "(no name)") + (words[kinds[name]] || "");
}

function numbersOf(box) {
    const whole = Math.max(Number(setting("whole")), Number(base.total[0]));
    if (box.elided && compares) {
        const sides = tree.sums.map(sums => {
            let sum = weightOf(0);
            for (let i = box.first; i < box.stop; i = tree.end[i]) { sum += sums[i]; }
            return [sum];
        });
        return describeChange(sides[0][0], sides[1][0], changeOf(sides, 0));
    }
    const node = box.first;
    if (compares) {
        const [after, before] = tree.columns;
        let text = describeChange(tree.sums[0][node], tree.sums[1][node],
            changeOf(tree.sums, node)) + "; self " + signed(changeOf(tree.columns, node)) +
            ", before " + sized(before[node]) + ", after " + sized(after[node]);
        if (isGone(node)) { text += "; only before"; }
        if (!tree.sums[1][node] && tree.sums[0][node]) { text += "; only after"; }
        return text + (tree.verdicts ? verdictWords[tree.verdicts[node] % 5] : "");
    }
    let text = amountOfUnit(box.weight) + ", " + percent(box.weight, whole);
    if (box.elided) { return text; }
    const own = ownWeight(node);
    text += "; self " + amount(own) + (own ? ", " + percent(own, whole) : "");
    if (tree.allCounts) {
        const part = tree.allCounts[node];
        const all = base.allCounts[0];
        if (part > 0 && part < 100 && part < all) {
            text += "; 95 % interval " + interval(part, all);
        }
    }
    return text;
}

function describe(box) {
    const name = tree.name[box.first];
    const own = attributes.get(name);
    const title = box.elided ? plural(box.frames, "frame") + " elided" : titleOf(name);
    const lines = [(setting("type") && !box.elided ? setting("type") + " " : "") + title +
        " (" + numbersOf(box) + ")"];
    if (own && own.title && !box.elided) { lines[0] = own.title; }
    const parts = [];
    if (view.first !== 0 && !box.faded) {
        parts.push(percent(box.weight, shownWeight()) + " of what is shown");
    }
    const parent = tree.parent[box.first];
    if (box.first !== 0 && parent !== 0) {
        parts.push(percent(box.weight, tree.total[parent]) + " of " +
            brief(titleOf(tree.name[parent])));
    }
    if (!box.elided && box.first !== 0 && !box.faded) {
        const row = functionTable().rows[name];
        if (row.places > 1) {
            parts.push("in " + grouped(row.places) + " places: " + (compares
                ? describeAll(row) : amountOfUnit(row.total) + ", self " + amount(row.self)));
        }
    }
    if (parts.length) { lines.push(parts.join("; ")); }
    return lines;
}

function describeAll(row) {
    return signed(row.change) + ", self " + signed(row.selfChange);
}

// ---- Texts of the proportional font, which the window may be too narrow for.

const lineHeight = 16.8; // 1.4em

// How wide a text is where `holder` shows it. The document would have to be laid out for that: a
// canvas has not to.
const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas").getContext("2d");
const fonts = new Map(); // by holder
function widthOf(holder, text) {
    if (!canvas) { return text.length * 7; }
    if (!fonts.has(holder)) { fonts.set(holder, getComputedStyle(holder).font); }
    canvas.font = fonts.get(holder);
    return canvas.measureText(text).width;
}

// Returns the beginning of a text in lines that are no wider than `room`.
function broken(holder, text, room, most) {
    const lines = [];
    for (let at = 0; at < text.length && lines.length < most;) {
        let size = text.length - at; // of the line
        if (widthOf(holder, text.slice(at)) > room) {
            let fits = 1;
            for (let wide = size; wide - fits > 1;) {
                const tried = (fits + wide) >> 1;
                const over = widthOf(holder, text.slice(at, at + tried)) > room;
                [fits, wide] = over ? [fits, tried] : [tried, wide];
            }
            const blank = text.lastIndexOf(" ", at + fits);
            size = blank > at + fits / 2 ? blank + 1 - at : fits;
            if (size > 1 && /[\udc00-\udfff]/.test(text[at + size])) { size--; }
        }
        lines.push(text.slice(at, at + size));
        at += size;
    }
    return lines;
}

// Shows a text in up to `most` lines; returns how many. Where it is longer, `name`, which is a part
// of it, loses its middle, and at last the text its end.
function setLines(holder, text, room, most, name = "") {
    let shown = text;
    let lines = broken(holder, shown, room, most);
    const missing = () => shown.length - lines.join("").length;
    for (let left = name.length; missing() > 0 && left > 24;) {
        left = Math.max(24, left - Math.max(8, missing()));
        shown = text.replace(name, () => name.slice(0, Math.ceil(left / 2)) + "\u2026" +
            name.slice(-Math.floor(left / 2)));
        lines = broken(holder, shown, room, most);
    }
    if (missing() > 0) { lines.push(lines.pop().slice(0, -1) + "\u2026"); }
    holder.replaceChildren(...lines.map((line, i) => {
        const part = element("tspan", {x: holder.getAttribute("x") || 0, dy: i ? "1.4em" : 0});
        part.textContent = line;
        return part;
    }));
    return lines.length;
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
