// wick/detail/flamegraph_script_draw.hpp - a flame graph's script: layout, search, drawing.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_DRAW_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_DRAW_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_draw = R"js(
// ---- Layout: boxes {first, stop, row, x, width, weight, frames, elided, faded} in pixels.

function shownWeight() {
    if (view.first === 0) { return tree.total[0]; }
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop; i = tree.end[i]) { sum += tree.total[i]; }
    return sum;
}

// What 100 % of the width is: more than there is, where the user said so.
function shownWidth() {
    return view.first === 0 && tree === base ? Math.max(Number(setting("whole")),
        Number(tree.total[0])) : Number(shownWeight());
}

const isGap = node => kinds[tree.name[node]] === "g";

function layOut(width, minWidth) {
    const {depth, parent, end, total, gaps} = tree;
    const boxes = [];
    const scale = width / shownWidth();
    for (let i = view.first; i !== 0;) {
        i = parent[i];
        boxes.push({first: i, stop: i + 1, row: depth[i], x: 0, width, weight: total[i],
            frames: 1, elided: false, faded: true});
    }
    const left = [];
    left[depth[view.first]] = 0;
    let rowBase = 0; // rows that earlier lanes take
    let deepest = 0; // of this lane
    let run = null;
    let gap = 0; // behind the run
    for (let i = view.first; i < view.stop;) {
        const level = depth[i];
        if (tree.lanes && level === 1 && view.first === 0) {
            rowBase += deepest;
            deepest = 0;
            left[1] = 0;
            run = null;
        }
        const row = rowBase + level;
        const x = left[level];
        const wide = Number(total[i]) * scale;
        left[level] = x + wide;
        if (gaps && isGap(i)) {
            if (wide >= minWidth) {
                run = null; // what lies far apart is not drawn together
            } else if (run && run.stop === i && run.row === row) {
                run.stop++;
                gap += wide;
            }
            i++;
            continue;
        }
        if (wide >= minWidth && total[i]) {
            left[level + 1] = x;
            deepest = Math.max(deepest, level);
            boxes.push({first: i, stop: i + 1, row, x, width: wide, weight: total[i],
                frames: 1, elided: false, faded: false});
            i++;
            continue;
        }
        if (!run || run.stop !== i || run.row !== row) {
            run = {first: i, stop: i, row, x, width: 0, weight: weightOf(0), frames: 0,
                elided: true, faded: false};
            gap = 0;
            boxes.push(run);
        }
        run.stop = end[i];
        run.width += gap + wide;
        gap = 0;
        run.weight += total[i];
        run.frames += run.stop - i;
        if (total[i]) { deepest = Math.max(deepest, level); }
        for (let k = i; gaps && k < run.stop; k++) {
            if (isGap(k)) { run.frames--; }
        }
        i = end[i];
    }
    return boxes;
}

// ---- Search: names are tried once, then nodes are looked up by name.

let hits = null; // by name: 1 when the pattern matches; null without a pattern
let hitNodes = []; // in the whole tree, in its order
let validPattern = true;

// What is no regular expression is searched for as it is.
function search() {
    hits = null;
    hitNodes = [];
    validPattern = true;
    if (view.search === "") { return; }
    const plain = view.search.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const flags = view.matchCase ? "" : "i";
    let expression;
    try {
        expression = new RegExp(view.literal ? plain : view.search, flags);
    } catch (problem) {
        expression = new RegExp(plain, flags);
        validPattern = false;
    }
    hits = Uint8Array.from(texts, (text, i) =>
        (i > 0 && kinds[i] !== "g" && expression.test(text) ? 1 : 0));
    for (let i = 1; i < tree.count; i++) {
        if (hits[tree.name[i]] && tree.total[i]) { hitNodes.push(i); }
    }
}

// The weight of the stacks shown in which something matches: each is counted at its first match.
function matchedWeight() {
    let sum = weightOf(0);
    for (let i = view.first; i < view.stop;) {
        if (hits[tree.name[i]]) {
            sum += tree.total[i];
            i = tree.end[i];
        } else {
            i++;
        }
    }
    return sum;
}

function matchesWithin(box) {
    for (let i = box.first; i < box.stop; i++) {
        if (hits[tree.name[i]]) { return true; }
    }
    return false;
}

// ---- Functions: each over all the places where it stands within what is shown.

function functionTable() {
    if (functions && functions.first === view.first && functions.stop === view.stop) {
        return functions;
    }
    const zero = weightOf(0);
    const rows = names.map((text, name) => ({name, total: zero, self: zero, places: 0, change: 0,
        selfChange: 0}));
    const active = new Uint32Array(names.length);
    const open = [];
    for (let i = view.first; i < view.stop; i++) {
        while (open.length && tree.end[open[open.length - 1]] <= i) {
            active[tree.name[open.pop()]]--;
        }
        const row = rows[tree.name[i]];
        row.places++;
        row.self += tree.self[i];
        if (compares) { row.selfChange += changeOf(tree.columns, i); }
        if (active[row.name]++ === 0) {
            row.total += tree.total[i];
            if (compares) { row.change += changeOf(tree.sums, i); }
        }
        open.push(i);
    }
    functions = {first: view.first, stop: view.stop, rows};
    return functions;
}

// ---- Drawing.

const SVG = "http://www.w3.org/2000/svg";
const XHTML = "http://www.w3.org/1999/xhtml";
const side = Number(setting("side"));
const initialTop = Number(setting("top"));
const foot = Number(setting("foot"));
const rowHeight = Number(setting("row"));
const baseline = Number(setting("baseline"));
const minWidth = Number(setting("min"));
const initialRows = Number(setting("rows"));
const cutLeft = setting("left") === "1";
const note = root.querySelector(".note");
const facts = root.querySelector(".facts"); // the rest below the frames

let boxes = [];
let noteText = ""; // of the whole picture, while no frame is pointed at
let cell = 0; // width of a letter
let pageWidth = Number(setting("width"));
let currentGroup = null; // the element of the frame that keys have led to

function element(kind, given) {
    const made = document.createElementNS(SVG, kind);
    for (const key in given) { made.setAttribute(key, given[key]); }
    return made;
}

function label(box) {
    const room = Math.floor((box.width - 6) / cell);
    if (room < 3) { return ""; }
    if (box.elided) {
        const text = grouped(box.frames) + " elided";
        return text.length <= room ? text : "";
    }
    const text = names[tree.name[box.first]];
    if (text.length <= room) { return text; }
    // Not through the middle of a character that is two units long.
    if (cutLeft) { return "\u2026" + text.slice(1 - room).replace(/^[\udc00-\udfff]/, ""); }
    return text.slice(0, room - 1).replace(/[\ud800-\udbff]$/, "") + "\u2026";
}

// The square of the shade is by a frame's share of the whole: as the static picture has it.
function widthClass(box) {
    const whole = Math.max(Number(setting("whole")), Number(base.total[0]));
    const share = Number(box.weight) / whole * 256;
    let level = 0;
    while (level < 15 && share >= (level + 1) ** 2) { level++; }
    return "W" + level.toString(16);
}

function classOf(box) {
    let list = box.elided ? "elided" : compares ? changeClass(box.first)
        : classes[tree.name[box.first]];
    if (byWidth && list[0] === "W") { list = widthClass(box); }
    const own = box.elided ? null : attributes.get(tree.name[box.first]);
    if (own && own.style) { list += " " + own.style; }
    if (box.faded) { list += " faded"; }
    if (hits && !box.elided && hits[tree.name[box.first]]) { list += " match"; }
    if (hits && box.elided && matchesWithin(box)) { list += " within"; }
    return list;
}

// There are thousands: copies are made faster than new elements.
const plainBox = element("g", {});
plainBox.appendChild(element("rect", {height: rowHeight - 1}));
const plainText = element("text", {});

function drawBox(box, index, rows) {
    const y = (view.inverted ? box.row : rows - 1 - box.row) * rowHeight;
    const group = plainBox.cloneNode(true);
    const shape = group.firstChild;
    group.setAttribute("class", classOf(box));
    group.wickBox = index;
    const own = box.elided ? null : attributes.get(tree.name[box.first]);
    let inside = group;
    if (own && own.id) { group.id = own.id; }
    if (own && own.href) {
        inside = element("a", {href: own.href, target: own.target || "_top"});
        inside.appendChild(shape);
        group.appendChild(inside);
    }
    // Neighbours are told apart by a gap, which frames of a pixel or two cannot spare.
    const wide = box.width >= 3 ? box.width - 0.5 : box.width;
    shape.setAttribute("x", box.x.toFixed(2));
    shape.setAttribute("y", y);
    shape.setAttribute("width", wide.toFixed(2));
    if (compares && !box.elided && isGone(box.first)) {
        const hatch = shape.cloneNode();
        hatch.setAttribute("class", "hatch");
        inside.appendChild(hatch);
    }
    const text = label(box);
    if (text) {
        const line = plainText.cloneNode();
        line.setAttribute("x", (box.x + 3).toFixed(2));
        line.setAttribute("y", y + baseline);
        line.textContent = text;
        if (/[^ -~\u2026]/.test(text)) { line.wickFit = box.width - 6; }
        inside.appendChild(line);
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
        if (!box.weight) { weightless += box.frames; continue; }
        blocks++;
        elided += box.frames;
        elidedWeight += box.weight;
    }
    let rest = "";
    if (weightless) { rest = ", " + grouped(weightless) + " without weight not at all"; }
    if (elided === 0) { return (rest ? "every other" : "every") + " frame is drawn" + rest; }
    return plural(elided, "frame") + " narrower than " + setting("min") + " px (" +
        percent(elidedWeight, shownWidth()) + (elided === 1 ? ") is" : ") are") + " drawn as " +
        plural(blocks, "elided block") + rest + "; click a block to see into it";
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
