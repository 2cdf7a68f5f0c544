// wick/detail/flamegraph_script_controls.hpp - a flame graph's script: what can be pressed.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_CONTROLS_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_CONTROLS_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_controls = R"js(
// ---- Controls. They exist only where the script runs.

function html(kind, given, ...inside) {
    const made = document.createElementNS(XHTML, kind);
    for (const key in given) { made.setAttribute(key, given[key]); }
    made.append(...inside);
    return made;
}
function button(text, tip, action, given) {
    const made = html("button", {type: "button", title: tip, ...given}, text);
    made.addEventListener("click", action);
    return made;
}
const foreign = name => element("foreignObject", {"class": name, width: 0, height: 0});

const field = html("input", {type: "text", placeholder: "Search", spellcheck: "false",
    autocomplete: "off", "aria-label": "Search frames"});
const literalButton = button(".*", "Regular expression", () => find({literal: !view.literal}));
const caseButton = button("Aa", "Match case", () => find({matchCase: !view.matchCase}));
const findBox = html("span", {"class": "find", role: "search"}, field, literalButton, caseButton);
const matched = html("output", {"aria-live": "polite"});
const hitBar = html("span", {"class": "hits"}, matched,
    button("\u2039", "Previous match (N)", () => nextMatch(-1), {"class": "previous"}),
    button("\u203a", "Next match (n)", () => nextMatch(1), {"class": "next"}));
const listButton = button("Functions", "All functions, or those that match",
    () => toggle("functions"), {"class": "list"});
const viewButton = button("View", "Direction, order, widths and colours", () => toggle("view"),
    {"class": "look"});
const undoButton = button("Undo", "Take back the last change (u)", undo, {"class": "undo"});
const reset = button("Reset", "Show everything again (Esc)", resetAll, {"class": "reset"});
const bar = html("div", {"class": "bar", role: "toolbar", "aria-label": "Flame graph"},
    hitBar, findBox, listButton, viewButton, undoButton, reset);
const trail = html("div", {"class": "trail", role: "navigation", "aria-label": "What is shown"});
const panel = html("div", {"class": "panel", role: "dialog"});
const menu = html("div", {"class": "menu", role: "menu"});
const toolbar = foreign("toolbar");
const trailHolder = foreign("trails");
const panelHolder = foreign("panels");
const menuHolder = foreign("menus");
toolbar.appendChild(bar);
trailHolder.appendChild(trail);

let openPanel = ""; // "functions" or "view"
let sortBy = "total";
let match = -1; // index into hitNodes

function find(to) {
    view = {...view, ...to};
    match = -1;
    update();
}

function zoom(first, stop) {
    if (first === view.first && stop === view.stop) { return; }
    change({first, stop});
}
function zoomTo(box) { zoom(box.first, box.elided ? box.stop : tree.end[box.first]); }

function resetAll() {
    const {search, literal, matchCase, inverted, safe, widths, bySelf} = view;
    change({...initial, search, literal, matchCase, inverted, safe, widths, bySelf}, true);
}

function edit(what, name) {
    if (!name || view.edits.some(known => known.what === what && known.name === name)) { return; }
    change({edits: [...view.edits, {what, name}]});
}

function copy(text) {
    const done = () => say("copied: " + text);
    const old = () => { // where the newer way is refused
        const area = html("textarea", {});
        area.value = text;
        bar.appendChild(area);
        area.select();
        document.execCommand("copy");
        area.remove();
        done();
    };
    if (navigator.clipboard) {
        navigator.clipboard.writeText(text).then(done, old);
    } else {
        old();
    }
}

// Says something below the frames. `name`, a part of it, is cut where all of it has no room.
function say(text, name = "") {
    const lines = setLines(note, text, pageWidth - 2 * side, noteLines(), name);
    facts.setAttribute("transform", "translate(0," + (lines - 1) * lineHeight + ")");
}
const noteLines = () => (pageWidth < 600 ? 5 : 3);

// ---- The match list and the table of functions.

// Leads to a node: into view where it is drawn, else zooms to where it is.
function goTo(node) {
    const inside = node >= view.first && node < view.stop;
    if (!inside || !boxes.some(box => !box.elided && box.first === node && box.width >= 3)) {
        let wide = node; // as far up as the node is still wide enough to be seen
        const needed = Number(tree.total[node]) / 12 * (pageWidth - 2 * side);
        while (wide !== 0 && Number(tree.total[tree.parent[wide]]) <= needed) {
            wide = tree.parent[wide];
        }
        zoom(wide, tree.end[wide]);
    }
    setCurrent(node);
}

function nextMatch(step) {
    if (!hitNodes.length) { return; }
    match = match < 0 ? (step > 0 ? 0 : hitNodes.length - 1)
        : (match + step + hitNodes.length) % hitNodes.length;
    goTo(hitNodes[match]);
    showMatched();
    draw(); // its text may need more room
}

function showMatched() {
    hitBar.hidden = !hits;
    if (!hits) { matched.textContent = ""; return; }
    const place = match < 0 ? "" : grouped(match + 1) + " of ";
    matched.textContent = percent(matchedWeight(), shownWeight()) + " matched, " + place +
        plural(hitNodes.length, "frame");
}

const rowLimit = 300;

function columnsOfTable() {
    const whole = shownWeight();
    const columns = [["name", "Function", row => names[row.name] || "(no name)"],
        ["total", "Total", row => percent(row.total, whole)],
        ["self", "Self", row => percent(row.self, whole)]];
    if (compares) {
        columns[1] = ["change", "\u0394 total", row => signedPercent(row.change)];
        columns[2] = ["selfChange", "\u0394 self", row => signedPercent(row.selfChange)];
    }
    columns.push(["places", "Places", row => grouped(row.places)]);
    return columns;
}

function fillFunctions() {
    const rows = functionTable().rows.filter(row => row.places && row.name !== 0 &&
        kinds[row.name] !== "g" && (!hits || hits[row.name]));
    if (compares && (sortBy === "total" || sortBy === "self")) { sortBy = "change"; }
    const size = row => Math.abs(Number(row[sortBy]));
    rankNames();
    rows.sort((a, b) => (sortBy === "name" ? 0 : size(b) - size(a)) ||
        ranks[a.name] - ranks[b.name]);
    const columns = columnsOfTable();
    const head = html("tr", {}, ...columns.map(([key, title]) => html("th", {scope: "col"},
        button(title, "Sort by this", () => { sortBy = key; fillPanel(); },
            {"aria-pressed": String(sortBy === key)}))));
    const body = html("tbody", {});
    for (const row of rows.slice(0, rowLimit)) {
        const line = html("tr", {tabindex: "0"}, ...columns.map(([key, title, text]) =>
            key === "name" ? html("td", {title: text(row)}, html("div", {}, text(row)))
                : html("td", {}, text(row))));
        line.addEventListener("click", () => visit(row.name));
        line.addEventListener("keydown", event => {
            if (event.key === "Enter") { visit(row.name); }
        });
        body.appendChild(line);
    }
    const widths = html("colgroup", {}, ...columns.map((column, i) =>
        html("col", {width: i === 0 ? "" : i === 3 ? "52" : "72"})));
    const shown = rows.length > rowLimit ? "the first " + rowLimit + " of " : "";
    panel.append(html("h2", {}, hits ? "Functions that match" : "Functions"),
        html("p", {}, shown + plural(rows.length, "function") +
            (view.first === 0 ? "" : " in what is shown") + "; recursion counts once"),
        html("div", {"class": "table"}, html("table", {}, widths, html("thead", {}, head), body)));
}

// The widest place of a function first, at the next call the next one.
let visited = {name: 0, at: -1, nodes: []};
function visit(name) {
    if (visited.name !== name || visited.tree !== tree) {
        const nodes = [];
        for (let i = 1; i < tree.count; i++) {
            if (tree.name[i] === name && tree.total[i]) { nodes.push(i); }
        }
        nodes.sort((a, b) => Number(tree.total[b]) - Number(tree.total[a]) || a - b);
        visited = {name, tree, nodes, at: -1};
    }
    if (!visited.nodes.length) { return; }
    visited.at = (visited.at + 1) % visited.nodes.length;
    goTo(visited.nodes[visited.at]);
    if (visited.nodes.length > 1) {
        say("place " + (visited.at + 1) + " of " + visited.nodes.length + ": " + note.textContent);
    }
}

// ---- What can be chosen about the view.

function choice(title, now, options, set) {
    return html("div", {"class": "row", role: "group", "aria-label": title},
        html("span", {}, title), html("span", {"class": "choice"}, ...options.map(([value, text]) =>
            button(text, title + ": " + text, () => set(value),
                {"aria-pressed": String(now === value)}))));
}

function fillView() {
    panel.append(html("h2", {}, "View"),
        choice("Root", view.inverted, [[false, "Bottom"], [true, "Top"]],
            inverted => change({inverted})));
    if (!lanes) {
        panel.append(choice("Stacks", view.reverse, [[false, "Callees"], [true, "Callers"]],
            reverse => change({reverse})));
    }
    const orders = [["name", "Name"], ["width", "Width"]];
    if (lanes) { orders.unshift(["time", "Time"]); }
    panel.append(choice("Order", view.order, orders, order => change({order})));
    if (!compares) { return; }
    panel.append(
        choice("Width", view.widths, [["both", "Both"], ["before", "Before"], ["after", "After"],
            ["difference", "Change"]], widths => change({widths})),
        choice("Colour", view.bySelf, [[false, "Total"], [true, "Self"]],
            bySelf => change({bySelf})),
        choice("Scale", view.safe, [[false, "Red, blue"], [true, "Orange, blue"]],
            safe => change({safe})));
}

function fillPanel() {
    panel.replaceChildren();
    listButton.setAttribute("aria-expanded", String(openPanel === "functions"));
    viewButton.setAttribute("aria-expanded", String(openPanel === "view"));
    if (!openPanel) { panelHolder.remove(); return; }
    panel.setAttribute("aria-label", openPanel);
    if (openPanel === "view") { fillView(); } else { fillFunctions(); }
    if (!panelHolder.parentNode) {
        panelHolder.appendChild(panel);
        root.appendChild(panelHolder);
    }
    place();
}
function toggle(name) {
    openPanel = openPanel === name ? "" : name;
    update();
}

// ---- What can be done with a frame.

function actionsOf(box) {
    const name = tree.name[box.first];
    if (box.elided) { return [["Zoom to these", "Enter", () => zoomTo(box)]]; }
    const actions = [["Zoom to this frame", "Enter", () => zoomTo(box)]];
    if (name !== 0) {
        actions.push(["Show only stacks with it", "o", () => edit("only", name)],
            ["Hide it, keep its callees", "h", () => edit("hide", name)],
            ["Remove stacks with it", "x", () => edit("remove", name)],
            ["Find all places", "f", () => find({search: texts[name], literal: true,
                matchCase: true})],
            ["Copy its name", "c", () => copy(texts[name])]);
    }
    const own = attributes.get(name);
    if (own && own.href) {
        actions.push(["Open its link", "", () => window.open(own.href, own.target || "_top")]);
    }
    return actions;
}

function closeMenu() {
    if (!menuHolder.parentNode) { return false; }
    menuHolder.remove();
    return true;
}

function openMenu(box, x, y) {
    menu.replaceChildren(html("strong", {}, box.elided ? plural(box.frames, "frame")
        : titleOf(tree.name[box.first])));
    for (const [text, key, action] of actionsOf(box)) {
        const item = html("button", {type: "button", role: "menuitem"}, html("span", {}, text),
            html("kbd", {}, key));
        item.addEventListener("click", () => { closeMenu(); action(); });
        menu.appendChild(item);
    }
    menuHolder.appendChild(menu);
    root.appendChild(menuHolder);
    const width = 240;
    menuHolder.setAttribute("width", width);
    menuHolder.setAttribute("height", 400);
    const height = menu.offsetHeight;
    menuHolder.setAttribute("height", height + 24);
    const scrolled = standalone ? window.scrollY : 0;
    const bottom = (standalone ? scrolled + window.innerHeight : y + height + 8) - 8;
    menuHolder.setAttribute("x", Math.max(0, Math.min(x, pageWidth - width - side)));
    menuHolder.setAttribute("y", Math.max(scrolled, Math.min(y, bottom - height)));
    menu.querySelector("button").focus();
}

// ---- Breadcrumbs, and what was hidden.

const editWords = {hide: "without ", remove: "no stacks with ", only: "only "};

function fillTrail() {
    trail.replaceChildren();
    if (view.first === 0 && !view.edits.length && !view.reverse) { return; }
    const path = [];
    for (let i = view.first;; i = tree.parent[i]) {
        path.push(i);
        if (i === 0) { break; }
    }
    path.reverse();
    const room = Math.max(3, Math.floor(pageWidth / 180)); // of them, on one line
    const shown = path.length > room ? [path[0], -1, ...path.slice(2 - room)] : path;
    const run = view.stop !== tree.end[view.first];
    shown.forEach((node, i) => {
        if (i > 0) { trail.append(html("span", {}, "\u203a")); }
        if (node < 0) { trail.append(html("span", {}, "\u2026")); return; }
        const here = i === shown.length - 1;
        const text = here && run ? plural(view.stop - view.first, "frame")
            : node === 0 ? "all" : titleOf(tree.name[node]);
        trail.append(button(text, text, () => zoom(node, tree.end[node]),
            here ? {"class": "here", "aria-current": "location"} : {}));
    });
    if (view.reverse) {
        trail.append(button("callers \u00d7", "Show callees again", () => change({reverse: false}),
            {"class": "chip"}));
    }
    for (const known of view.edits) {
        const name = names[known.name];
        const short = name.length > 32 ? name.slice(0, 31) + "\u2026" : name;
        const text = editWords[known.what] + short + " \u00d7";
        trail.append(button(text, "Take this back: " + editWords[known.what] + name, () => change({
            edits: view.edits.filter(other => other !== known)}), {"class": "chip"}));
    }
}
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
