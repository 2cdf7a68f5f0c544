// wick/detail/flamegraph_script_view.hpp - a flame graph's script: what the reader asked for.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_VIEW_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_VIEW_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_view = R"js(
// ---- The view: what the reader has asked for. Drawing depends on it and the window alone.

const fileOrder = lanes ? "time" : "name";
const initial = {
    first: 0, // the nodes from `first` to `stop` fill the width: one with all below it, or a run
    stop: base.count,
    search: "", // the pattern, as typed
    literal: false,
    matchCase: false,
    inverted: setting("inverted") === "1",
    reverse: setting("reverse") === "1",
    order: fileOrder, // of siblings: name, width or time
    widths: setting("widths") || "", // of comparisons: both, before, after or difference
    bySelf: setting("self-colours") === "1",
    safe: root.classList.contains("safe"),
    edits: [], // {what: "hide", "remove" or "only", name}, in the order in which they were made
};
let view = {...initial};
const past = []; // earlier views, for undo

// ---- Trees made from the file's: reversed, sorted, without some frames.

// Collects stacks into a tree: child() finds or makes a node by its parent and its name.
function collector(capacity) {
    let room = Math.max(capacity, 1024);
    let slots = new Int32Array(4096);
    const made = {size: 1, parent: new Int32Array(room), name: new Int32Array(room)};
    const slotOf = (parent, name) => {
        let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b);
        hash ^= hash >>> 15;
        return Math.imul(hash, 0x2c1b3c6d) >>> 8;
    };
    const grow = () => {
        room *= 2;
        for (const key of ["parent", "name"]) {
            const larger = new Int32Array(room);
            larger.set(made[key]);
            made[key] = larger;
        }
    };
    const rehash = () => {
        slots = new Int32Array(slots.length * 4);
        for (let i = 1; i < made.size; i++) {
            let at = slotOf(made.parent[i], made.name[i]) & (slots.length - 1);
            while (slots[at]) { at = (at + 1) & (slots.length - 1); }
            slots[at] = i;
        }
    };
    made.child = (parent, name) => {
        let at = slotOf(parent, name) & (slots.length - 1);
        for (; slots[at]; at = (at + 1) & (slots.length - 1)) {
            const known = slots[at];
            if (made.parent[known] === parent && made.name[known] === name) { return known; }
        }
        if (made.size === room) { grow(); }
        const id = made.size++;
        made.parent[id] = parent;
        made.name[id] = name;
        slots[at] = id;
        if (made.size * 2 > slots.length) { rehash(); }
        return id;
    };
    return made;
}

// What the edits make of each name, and which bit says that a stack has passed one of `only`.
function editsByName() {
    const hidden = new Uint8Array(names.length);
    const removed = new Uint8Array(names.length);
    const bits = new Uint32Array(names.length);
    let wanted = 0;
    for (const {what, name} of view.edits) {
        if (what === "hide") { hidden[name] = 1; }
        if (what === "remove") { removed[name] = 1; }
        if (what === "only" && !bits[name] && wanted < 0x3fffffff) {
            bits[name] = wanted + 1;
            wanted = wanted * 2 + 1;
        }
    }
    kinds.forEach((kind, name) => { if (kind === "g") { hidden[name] = 1; } });
    return {hidden, removed, bits, wanted};
}

function rebuilt() {
    const {hidden, removed, bits, wanted} = editsByName();
    const {count, name, parent, columns, end} = base;
    const made = collector(count);
    const to = new Int32Array(count); // the node that a node's weight goes to
    const passed = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
        to[i] = -1;
        if (i > 0 && removed[name[i]]) {
            to.fill(-1, i, end[i]);
            i = end[i] - 1;
            continue;
        }
        passed[i] = i > 0 ? passed[parent[i]] | bits[name[i]] : 0;
        if (passed[i] !== wanted) { continue; }
        if (view.reverse) {
            if (columns.every(column => !column[i])) { continue; }
            let node = 0;
            for (let at = i; at !== 0; at = parent[at]) {
                if (!hidden[name[at]]) { node = made.child(node, name[at]); }
            }
            to[i] = node;
            continue;
        }
        // The way to the first node of a stack that is kept is made with it.
        const above = i === 0 ? 0 : to[parent[i]];
        if (above >= 0) {
            to[i] = i === 0 || hidden[name[i]] ? above : made.child(above, name[i]);
            continue;
        }
        const way = [];
        for (let at = i; at !== 0; at = parent[at]) {
            if (!hidden[name[at]]) { way.push(name[at]); }
        }
        to[i] = way.reduceRight((node, step) => made.child(node, step), 0);
    }
    return {made, to};
}

let ranks = null; // of names by their texts
function rankNames() {
    if (ranks) { return; }
    const order = texts.map((text, i) => i);
    order.sort((a, b) => (texts[a] < texts[b] ? -1 : texts[a] > texts[b] ? 1 : a - b));
    ranks = new Uint32Array(order.length);
    order.forEach((name, rank) => { ranks[name] = rank; });
}

// Puts collected nodes into preorder, siblings as the view has them.
function arranged({made, to}) {
    const size = made.size;
    const tree = newTree(size);
    const gathered = tree.columns.map(() => new Weights(size));
    const counts = tree.counts ? new Float64Array(size) : null;
    // What was tested is about stacks as they were.
    const whole = view.edits.length === 0 && !view.reverse;
    if (!whole) { tree.verdicts = null; }
    const verdicts = tree.verdicts ? new Uint8Array(size) : null;
    for (let i = 0; i < base.count; i++) {
        if (to[i] < 0) { continue; }
        gathered.forEach((column, k) => { column[to[i]] += base.columns[k][i]; });
        if (counts) { counts[to[i]] += base.counts[i]; }
        if (verdicts) { verdicts[to[i]] = base.verdicts[i]; }
    }
    rankNames();
    let weight = null;
    if (view.order === "width") { // parents were made before their children
        const probe = {count: size, parent: made.parent, columns: gathered,
            sums: gathered.map(column => column.slice())};
        for (let i = size; i-- > 1;) {
            for (const sums of probe.sums) { sums[made.parent[i]] += sums[i]; }
        }
        weight = widen(probe, view.widths).total;
    }
    const byName = (a, b) => ranks[made.name[a]] - ranks[made.name[b]];
    const order = weight ? (a, b) => (weight[a] > weight[b] ? -1 : weight[a] < weight[b] ? 1
        : byName(a, b)) : byName;
    const begin = new Uint32Array(size + 1); // of a node's children in `children`
    for (let i = 1; i < size; i++) { begin[made.parent[i] + 1]++; }
    for (let i = 0; i < size; i++) { begin[i + 1] += begin[i]; }
    const next = begin.slice();
    const children = new Uint32Array(size);
    for (let i = 1; i < size; i++) { children[next[made.parent[i]]++] = i; }
    const place = new Uint32Array(size);
    const open = [0];
    for (let node = 0; open.length; node++) {
        const id = open.pop();
        place[id] = node;
        tree.name[node] = made.name[id];
        if (node > 0) {
            tree.parent[node] = place[made.parent[id]];
            tree.depth[node] = tree.depth[tree.parent[node]] + 1;
        }
        tree.columns.forEach((column, k) => { column[node] = gathered[k][id]; });
        if (counts) { tree.counts[node] = counts[id]; }
        if (verdicts) { tree.verdicts[node] = verdicts[id]; }
        const below = children.subarray(begin[id], begin[id + 1]);
        if (below.length > 1) { below.sort(order); }
        for (let k = below.length; k-- > 0;) { open.push(below[k]); }
    }
    return summed(tree);
}

let tree = base; // what the view shows
let madeFor = ""; // of which edits, order and direction it is
let functions = null; // its table by function, when it was asked for
let current = -1; // the node that keys have led to

function derive() {
    const wanted = JSON.stringify([view.edits, view.reverse, view.order,
        view.order === "width" ? view.widths : ""]);
    const asFile = !view.edits.length && !view.reverse && view.order === fileOrder;
    if (wanted !== madeFor) {
        tree = asFile ? base : arranged(rebuilt());
        current = -1;
    }
    madeFor = wanted;
    functions = null;
    widen(tree, view.widths);
}

// The names from the root to a node, and the node that they lead to in another tree.
function pathTo(node) {
    const path = [];
    for (; node !== 0; node = tree.parent[node]) { path.push(tree.name[node]); }
    return path.reverse();
}
function nodeAt(path) {
    let node = 0;
    for (const step of path) {
        let child = node + 1;
        while (child < tree.end[node] && tree.name[child] !== step) { child = tree.end[child]; }
        if (child >= tree.end[node]) { return view.edits.length ? node : 0; }
        node = child;
    }
    return node;
}

// Changes the view; what was shown is shown again, as far as it is still there, or all of it.
function change(to, everything = false) {
    past.push(view);
    if (past.length > 200) { past.shift(); }
    const hidden = new Set((to.edits || view.edits).filter(edit => edit.what === "hide")
        .map(edit => edit.name));
    const turned = "reverse" in to && to.reverse !== view.reverse;
    const path = pathTo(view.first).filter(name => !hidden.has(name));
    view = {...view, ...to};
    if (everything || !("first" in to)) {
        derive();
        view.first = turned || everything ? 0 : nodeAt(path);
        view.stop = tree.end[view.first];
    }
    update();
}

function undo() {
    const {search, literal, matchCase} = view;
    if (!past.length) { return; }
    view = {...past.pop(), search, literal, matchCase};
    derive();
    update();
}

// ---- The view in the address, so that it can be shared.

const letters = {hide: "h", remove: "x", only: "o"};

function toHash() {
    const state = new URLSearchParams();
    const put = (key, value, usual) => { if (value !== usual) { state.append(key, value); } };
    put("i", Number(view.inverted), Number(initial.inverted));
    put("r", Number(view.reverse), Number(initial.reverse));
    put("o", view.order, initial.order);
    put("w", view.widths, initial.widths);
    put("d", Number(view.bySelf), Number(initial.bySelf));
    put("b", Number(view.safe), Number(initial.safe));
    for (const {what, name} of view.edits) { state.append("e", letters[what] + texts[name]); }
    const run = view.stop !== tree.end[view.first];
    put("z", view.first + (run ? "-" + view.stop : ""), "0");
    put("s", view.search, "");
    put("l", Number(view.literal), 0);
    put("c", Number(view.matchCase), 0);
    return state.toString();
}

function fromHash(text) {
    const state = new URLSearchParams(text);
    const flag = (key, usual) => (state.has(key) ? state.get(key) === "1" : usual);
    const choice = (key, known, usual) => (known.includes(state.get(key)) ? state.get(key) : usual);
    view = {...initial, search: state.get("s") || "", literal: flag("l", false),
        matchCase: flag("c", false), inverted: flag("i", initial.inverted),
        reverse: flag("r", initial.reverse) && !lanes, bySelf: flag("d", initial.bySelf),
        order: choice("o", ["name", "width", fileOrder], initial.order),
        safe: flag("b", initial.safe), edits: []};
    if (compares) {
        view.widths = choice("w", ["both", "before", "after", "difference"], initial.widths);
    }
    for (const edit of state.getAll("e")) {
        const what = Object.keys(letters).find(key => letters[key] === edit[0]);
        const name = texts.indexOf(edit.slice(1));
        if (what && name > 0) { view.edits.push({what, name}); }
    }
    derive();
    const [first, stop] = (state.get("z") || "0").split("-").map(Number);
    view.first = Number.isInteger(first) && first > 0 && first < tree.count ? first : 0;
    view.stop = tree.end[view.first];
    // A run ends where one of the siblings behind its first node does.
    const last = tree.end[tree.parent[view.first]];
    while (view.first !== 0 && view.stop < stop && view.stop < last) {
        view.stop = tree.end[view.stop];
    }
    if (!tree.total[view.first]) { [view.first, view.stop] = [0, tree.count]; }
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
