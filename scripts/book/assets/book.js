// What a page of the book does by itself: contents on a small screen, colours, search.
"use strict";

const root = document.body.dataset.root;

function press(button, act) {
    button.addEventListener("click", act);
}

function loadScript(address) {
    return new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = root + address;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${address} is missing`));
        document.head.append(script);
    });
}

// The contents, where there is no room for them beside the text.
function setUpContents() {
    const menu = document.getElementById("menu");
    const contents = document.getElementById("contents");
    press(menu, () => {
        const open = contents.classList.toggle("open");
        menu.setAttribute("aria-expanded", String(open));
    });
    const here = contents.querySelector("[aria-current]");
    if (here && here.offsetTop > contents.clientHeight / 2) {
        contents.scrollTop = here.offsetTop - contents.clientHeight / 2;
    }
}

// Light and dark: what the system says, until the reader chooses.
function setUpTheme() {
    const button = document.getElementById("theme");
    const html = document.documentElement;
    const show = () => button.setAttribute("aria-pressed", String(html.classList.contains("dark-mode")));
    press(button, () => {
        const dark = html.classList.toggle("dark-mode");
        try { localStorage.setItem("theme", dark ? "dark" : "light"); } catch { /* not remembered */ }
        show();
    });
    show();
}

// Search: the index is a script, because a page from a file may not fetch.
let index = null;

async function loadIndex() {
    if (index) return index;
    await Promise.all([loadScript("assets/minisearch.js"), loadScript("assets/search-index.js")]);
    index = new MiniSearch({
        fields: ["title", "page", "text"],
        storeFields: ["title", "page", "text", "address"],
        searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15, combineWith: "AND" },
    });
    index.addAll(window.TESSERA_SECTIONS);
    return index;
}

function element(name, text, properties = {}) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(text);
    return made;
}

// The words around the first term that was found, with all terms marked.
function excerpt(text, terms) {
    const pattern = new RegExp(terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "gi");
    const at = Math.max(0, text.search(pattern));
    const start = at < 80 ? 0 : text.indexOf(" ", at - 80) + 1;
    const piece = text.slice(start, start + 240);
    const line = document.createElement("p");
    if (start > 0) line.append("… ");
    let last = 0;
    for (const found of piece.matchAll(pattern)) {
        line.append(piece.slice(last, found.index), element("mark", found[0]));
        last = found.index + found[0].length;
    }
    line.append(piece.slice(last), start + 240 < text.length ? " …" : "");
    return line;
}

function entry(hit) {
    const item = document.createElement("li");
    item.append(element("a", hit.title, { href: root + hit.address }));
    if (hit.page !== hit.title) item.append(" ", element("span", hit.page, { className: "where" }));
    if (hit.text) item.append(excerpt(hit.text, hit.terms));
    return item;
}

async function search(words) {
    const found = document.getElementById("found");
    const article = document.querySelector("article");
    const asked = words.trim();
    found.hidden = asked === "";
    article.hidden = asked !== "" && document.body.className !== "search";
    if (asked === "") return;
    const hits = (await loadIndex()).search(asked).slice(0, 30);
    if (words !== document.getElementById("words").value) return; // typed on meanwhile
    const list = document.createElement("ol");
    list.append(...hits.map(entry));
    const count = hits.length === 0 ? `Nothing found for “${asked}”.` : `${hits.length === 30 ? "The first 30" : hits.length} found for “${asked}”`;
    found.replaceChildren(element("h2", count), list);
}

function setUpSearch() {
    const words = document.getElementById("words");
    words.addEventListener("input", () => search(words.value));
    document.getElementById("search").addEventListener("submit", (event) => {
        event.preventDefault();
        search(words.value);
    });
    document.addEventListener("keydown", (event) => {
        if (event.key === "/" && !/INPUT|TEXTAREA/.test(document.activeElement.tagName)) {
            event.preventDefault();
            words.focus();
        }
        if (event.key === "Escape" && document.activeElement === words) {
            words.value = "";
            search("");
        }
    });
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) {
        words.value = asked;
        search(asked);
    }
}

// Diffs: all at once.
function setUpFolds() {
    for (const button of document.querySelectorAll(".unfold")) {
        press(button, () => {
            const open = button.getAttribute("aria-pressed") !== "true";
            button.setAttribute("aria-pressed", String(open));
            for (const fold of document.querySelectorAll("details.file")) fold.open = open;
        });
    }
}

// Casts: the player is made when somebody wants to see one.
function setUpCasts() {
    for (const button of document.querySelectorAll(".play")) {
        press(button, () => {
            const data = document.getElementById(button.dataset.cast).textContent;
            const screen = button.parentElement.querySelector(".screen");
            screen.replaceChildren();
            AsciinemaPlayer.create({ data }, screen, { autoPlay: true, fit: "width", terminalFontSize: "small" });
        });
    }
}

// What the address points to may be in a fold.
function openFold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const fold = target.closest("details");
    if (fold) fold.open = true;
    target.scrollIntoView();
}

setUpCasts();
addEventListener("hashchange", openFold);
openFold();
setUpContents();
setUpTheme();
setUpSearch();
setUpFolds();
