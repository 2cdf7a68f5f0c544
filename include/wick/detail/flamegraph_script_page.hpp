// wick/detail/flamegraph_script_page.hpp - a flame graph's script: all together.
// SPDX-FileCopyrightText: 2026 wick contributors
// SPDX-License-Identifier: MIT
#ifndef WICK_DETAIL_FLAMEGRAPH_SCRIPT_PAGE_HPP
#define WICK_DETAIL_FLAMEGRAPH_SCRIPT_PAGE_HPP

#include <wick/version.hpp>

#include <string_view> // the script

WICK_BEGIN_NAMESPACE
namespace detail {

inline constexpr std::string_view flamegraph_script_page = R"js(
// ---- Putting it together.

// The picture that was there goes before anything is measured: it would be laid out for nothing.
frames.replaceChildren();
const standalone = root === document.documentElement;
const footer = root.querySelector(".footer");
const [titleLine, subtitleLine] = root.querySelectorAll("text.title,.subtitle");
const titleText = titleLine.textContent;
const subtitleText = subtitleLine.textContent;
const subtitlePlace = Number(subtitleLine.getAttribute("y"));
const heading = Math.max(widthOf(titleLine, titleText), widthOf(subtitleLine, subtitleText));
const about = facts.querySelector(".about");
const aboutText = about ? about.textContent : "";
let top = initialTop;
let barTop = 14;

// Breaks the title's lines where the window is narrower; returns what they take more than usual.
function placeHeading(room) {
    const more = (setLines(titleLine, titleText, room, 3) - 1) * 26.6;
    subtitleLine.setAttribute("y", subtitlePlace + more);
    return more + (setLines(subtitleLine, subtitleText, room, 3) - 1) * lineHeight;
}

// Puts what stands below the note beside one another, as far as there is room; returns how much
// height it takes beyond one line.
function placeFacts(room) {
    let x = 0;
    let row = 0;
    const next = width => {
        if (x > 0 && x + width > room) { x = 0; row++; }
    };
    for (const key of facts.querySelectorAll(".key")) {
        const width = key.getBBox().width;
        next(width);
        key.setAttribute("transform", "translate(" + x + "," + row * 20 + ")");
        x += width + 18;
    }
    if (!about) { return row * 20; }
    next(widthOf(about, aboutText));
    about.setAttribute("x", x);
    about.setAttribute("y", 44 + row * 20);
    return row * 20 + (setLines(about, aboutText, room - x, 5) - 1) * lineHeight;
}

// Where the controls are, beside the title or below it, and how much room they leave.
function arrange() {
    const room = pageWidth - 2 * side;
    toolbar.setAttribute("width", 2000); // in one row, to be measured
    toolbar.setAttribute("height", 40);
    bar.classList.remove("stacked");
    const wanted = Array.from(bar.children).reduce((sum, child) =>
        sum + (child.offsetWidth ? child.offsetWidth + 8 : 0), 0);
    const beside = wanted + heading + 24 <= room;
    bar.classList.toggle("stacked", !beside);
    const width = beside ? wanted + 4 : room;
    toolbar.setAttribute("width", width);
    const more = placeHeading(beside ? Infinity : room);
    const height = beside ? 32 : bar.offsetHeight;
    toolbar.setAttribute("height", height + 4);
    toolbar.setAttribute("x", beside ? pageWidth - side - width : side);
    barTop = beside ? 14 : initialTop - 4 + more;
    top = beside ? initialTop : initialTop + height + 6 + more;
    if (trail.firstChild) {
        root.insertBefore(trailHolder, toolbar);
    } else {
        trailHolder.remove();
    }
    trailHolder.setAttribute("x", side - 6);
    trailHolder.setAttribute("y", top - 5);
    trailHolder.setAttribute("width", room + 12);
    trailHolder.setAttribute("height", 300);
    const trailHeight = trail.firstChild ? trail.offsetHeight : 0;
    trailHolder.setAttribute("height", trailHeight);
    top += trailHeight ? trailHeight + 4 : 0;
    place();
}

// The controls stay where the reader is.
function place() {
    const scrolled = standalone ? window.scrollY : 0;
    toolbar.setAttribute("y", Math.max(barTop, scrolled + 6));
    bar.classList.toggle("floating", scrolled + 6 > barTop);
    const width = Math.min(openPanel === "view" ? 330 : Math.max(430, pageWidth * 0.45), 640,
        pageWidth - 2 * side);
    const y = Math.max(top, scrolled + 44);
    panelHolder.setAttribute("x", pageWidth - side - width);
    panelHolder.setAttribute("y", y);
    panelHolder.setAttribute("width", width);
    const bottom = standalone ? scrolled + window.innerHeight - 12 : y + 420;
    panelHolder.setAttribute("height", Math.max(160, Math.min(520, bottom - y)));
}

function draw() {
    root.classList.toggle("safe", view.safe);
    pageWidth = setting("fluid") === "1" ? Math.max(root.getBoundingClientRect().width, 200)
        : Number(setting("width"));
    arrange();
    const all = layOut(pageWidth - 2 * side, minWidth);
    boxes = all.filter(box => box.weight);
    let rows = tree === base && view.first === 0 ? initialRows : 1;
    for (const box of boxes) { rows = Math.max(rows, box.row + 1); }
    let height = top + rows * rowHeight + foot + placeFacts(pageWidth - 2 * side) +
        (noteLines() - 1) * lineHeight;
    footer.setAttribute("transform", "translate(" + side + "," + (top + rows * rowHeight) + ")");
    frames.setAttribute("transform", "translate(" + side + "," + top + ")");
    if (openPanel) { height = Math.max(height, top + (openPanel === "view" ? 270 : 440)); }
    if (standalone) { height = Math.max(height, window.innerHeight); } // room for menus
    root.setAttribute("height", height);
    root.setAttribute("viewBox", "0 0 " + pageWidth + " " + height);
    root.querySelector(".paper").setAttribute("height", height);
    root.querySelector(".paper").setAttribute("width", pageWidth);
    const made = document.createDocumentFragment();
    boxes.forEach((box, index) => made.appendChild(drawBox(box, index, rows)));
    frames.replaceChildren(made);
    pointed = null;
    squeeze();
    noteText = tree.total[0] ? summary(all) : "nothing is left to show";
    say(noteText);
    markCurrent();
}

let saved = ""; // the address' view as this page wrote it
let saving = 0;
function save() {
    const state = toHash();
    if (state === saved) { return; }
    saved = state;
    try {
        history.replaceState(null, "", state ? "#" + state : location.pathname + location.search);
    } catch (problem) {
        location.hash = state; // some browsers refuse the other way for files
    }
}

function update() {
    search();
    fillTrail();
    literalButton.setAttribute("aria-pressed", String(!view.literal));
    caseButton.setAttribute("aria-pressed", String(view.matchCase));
    if (field.value !== view.search) { field.value = view.search; }
    findBox.classList.toggle("wrong", !validPattern);
    field.title = validPattern ? "" : "not a regular expression: searched for as it is";
    undoButton.hidden = !past.length;
    reset.hidden = view.first === 0 && !view.edits.length && view.reverse === initial.reverse &&
        view.order === initial.order;
    showMatched();
    closeMenu();
    draw();
    fillPanel();
    clearTimeout(saving);
    saving = setTimeout(save, 120);
}

// ---- The frame that keys have led to. It alone is described to assistive technology.

function markCurrent() {
    currentGroup = null;
    frames.removeAttribute("aria-activedescendant");
    if (current < 0) { return; }
    const index = boxes.findIndex(box => current >= box.first && current < box.stop &&
        (box.elided || box.first === current));
    if (index < 0) { return; }
    const box = boxes[index];
    currentGroup = frames.children[index];
    currentGroup.classList.add("current");
    currentGroup.setAttribute("role", "treeitem");
    if (!currentGroup.id) { currentGroup.id = "wick-current"; }
    currentGroup.setAttribute("aria-label", tell(box).join("; "));
    currentGroup.setAttribute("aria-level", tree.depth[box.first] + 1);
    frames.setAttribute("aria-activedescendant", currentGroup.id);
}

function tell(box) {
    const lines = describe(box);
    say(lines.join("; "), box.elided ? "" : titleOf(tree.name[box.first]));
    return lines;
}

function setCurrent(node) {
    if (currentGroup) {
        currentGroup.classList.remove("current");
        if (currentGroup.id === "wick-current") { currentGroup.removeAttribute("id"); }
    }
    current = node;
    pointed = null;
    markCurrent();
    if (currentGroup) { currentGroup.scrollIntoView({block: "nearest"}); }
}

// Returns the box beside another one: up, down, left or right of it as it is drawn.
function neighbour(from, key) {
    const sideways = {ArrowLeft: -1, ArrowRight: 1}[key];
    if (sideways) {
        const row = boxes.filter(box => box.row === from.row).sort((a, b) => a.x - b.x);
        return row[row.indexOf(from) + sideways];
    }
    const step = (key === "ArrowUp") === view.inverted ? -1 : 1;
    let best = null;
    for (const box of boxes) {
        if (box.row !== from.row + step) { continue; }
        const overlap = Math.min(box.x + box.width, from.x + from.width) - Math.max(box.x, from.x);
        if (overlap <= 0) { continue; }
        if (!best || (step < 0 ? overlap > 0 : box.width > best.width)) { best = box; }
    }
    return best;
}

function boxAt(event) {
    const group = event.target.closest ? event.target.closest(".frames > g") : null;
    return group ? {group, box: boxes[group.wickBox]} : null;
}

let pointed = null; // the box under the pointer, where it has moved since keys led anywhere
const currentBox = () => pointed || (currentGroup ? boxes[currentGroup.wickBox] : null);

// Keys that work while no control has the keyboard. Returns whether one was meant.
function pressed(event) {
    const box = currentBox();
    if (event.key.startsWith("Arrow")) {
        const from = currentGroup ? boxes[currentGroup.wickBox] : null;
        const start = boxes.find(other => other.first === view.first) || boxes[0];
        const to = from ? neighbour(from, event.key) : start;
        frames.focus({preventScroll: true});
        if (to) { setCurrent(to.first); }
        return true;
    }
    if (event.key === "Home") { setCurrent(view.first); return true; }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
        if (!currentGroup) { return false; }
        const at = currentGroup.getBoundingClientRect();
        const origin = root.getBoundingClientRect();
        openMenu(box, at.x - origin.x + 8, at.y - origin.y + rowHeight);
        return true;
    }
    if (event.key === "n" || event.key === "N") {
        nextMatch(event.key === "n" ? 1 : -1);
        return true;
    }
    if (event.key === "u" || event.key === "Backspace") { undo(); return true; }
    const action = box && actionsOf(box).find(known => known[1] === event.key);
    if (!action) { return false; }
    action[2]();
    return true;
}

function escaped() {
    if (closeMenu()) { return; }
    if (openPanel) {
        toggle(openPanel);
    } else if (view.search !== "") {
        find({search: ""});
    } else if (!reset.hidden) {
        resetAll();
    } else {
        setCurrent(-1);
        say(noteText);
    }
}

function keyed(event) {
    const control = event.ctrlKey || event.metaKey;
    const focus = document.activeElement;
    const typing = focus === field;
    if (event.key === "F3" || (control && event.key === "f") || (event.key === "/" && !typing)) {
        if (typing) { return; } // asked again from within, the browser's own search opens
        event.preventDefault();
        field.focus();
        field.select();
    } else if (event.key === "Escape") {
        escaped();
    } else if (typing) {
        if (event.key === "Enter") { nextMatch(event.shiftKey ? -1 : 1); }
    } else if (control && event.key === "z") {
        event.preventDefault();
        undo();
    } else if (menu.contains(focus) && event.key.startsWith("Arrow")) {
        const items = Array.from(menu.querySelectorAll("button"));
        const step = event.key === "ArrowDown" ? 1 : items.length - 1;
        items[(items.indexOf(focus) + step) % items.length].focus();
        event.preventDefault();
    } else if (!control && !event.altKey && !bar.contains(focus) && !panel.contains(focus) &&
               !menu.contains(focus) && !trail.contains(focus)) {
        if (pressed(event)) { event.preventDefault(); }
    }
}

function listen() {
    field.addEventListener("input", () => find({search: field.value}));
    frames.addEventListener("click", event => {
        const at = boxAt(event);
        if (closeMenu() || !at) { return; }
        if (event.target.closest("a")) {
            if (!event.ctrlKey && !event.metaKey) { return; } // the link is followed
            event.preventDefault();
        }
        zoomTo(at.box);
    });
    frames.addEventListener("contextmenu", event => {
        const at = boxAt(event);
        if (!at) { return; }
        event.preventDefault();
        const origin = root.getBoundingClientRect();
        openMenu(at.box, event.clientX - origin.x, event.clientY - origin.y);
    });
    frames.addEventListener("pointerover", event => {
        const at = boxAt(event);
        if (!at) { return; }
        pointed = at.box;
        const lines = tell(at.box);
        // Tooltips are made when they are needed: most never are.
        if (!at.group.querySelector("title")) {
            const tip = element("title");
            tip.textContent = lines.join("\n");
            at.group.prepend(tip);
        }
    });
    frames.addEventListener("pointerleave", () => { pointed = null; say(noteText); });
    window.addEventListener("pointerdown", event => {
        if (!menu.contains(event.target)) { closeMenu(); }
    });
    window.addEventListener("keydown", keyed);
    window.addEventListener("hashchange", () => {
        if (location.hash.slice(1) === saved) { return; }
        past.push(view);
        fromHash(location.hash.slice(1));
        update();
    });
    if (standalone) { window.addEventListener("scroll", place, {passive: true}); }
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

cell = letterWidth();
root.appendChild(toolbar);
root.classList.add("live");
frames.setAttribute("tabindex", "0");
frames.setAttribute("role", "tree");
frames.setAttribute("aria-label", "Frames; arrow keys lead from one to the next");
note.setAttribute("role", "status");
if (setting("fluid") === "1") { root.setAttribute("width", "100%"); }
listen();
fromHash(location.hash.slice(1));
saved = toHash();
update();
})();
)js";

} // namespace detail
WICK_END_NAMESPACE

#endif
