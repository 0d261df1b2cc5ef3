// Every page of the book in headless Chromium.
// Usage: node site.mjs NPM SITE [--screenshots DIR] [--patience SECONDS]
//
// Prints a line for each mistake, `CHECK<tab>PAGE<tab>WHAT`, and at the end how much was looked at,
// as `done<tab>PAGES<tab>ACTIONS`. Exit status 0 also when there are mistakes: whoever reads the lines judges.

import { createRequire } from "node:module";
import { readFileSync, readdirSync, mkdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { positionals: [npm, folder], values: options } = parseArgs({
    allowPositionals: true,
    options: { screenshots: { type: "string" }, patience: { type: "string", default: "120" } },
});
const require = createRequire(resolve(npm, "node_modules", "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const site = resolve(folder);

const WIDE = 1440, NARROW = 360, TABS = 2, LONG = 120_000; // LONG: milliseconds that anything may take
// Of long listings only the beginning is judged for access: the rest is made alike, and takes axe minutes.
const ALIKE = ".lines .l:nth-child(n+40), .diff code > :nth-child(n+20), details.file:nth-of-type(n+8)";
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run"];

const say = (check, page, what) => console.log([check, page, what.replaceAll(/\s+/g, " ")].join("\t"));
// `page` may have a query or an anchor.
const address = (page) => new URL(page, pathToFileURL(site + "/")).href;

function allPages(under = site) {
    return readdirSync(under, { withFileTypes: true }).flatMap((entry) => {
        const path = join(under, entry.name);
        if (entry.isDirectory()) return allPages(path);
        return entry.name.endsWith(".html") ? [relative(site, path)] : [];
    }).sort();
}

// A tab that reports what the browser complains of, under the name of the page it shows.
async function openTab(context) {
    const tab = await context.newPage();
    tab.setDefaultTimeout(1000 * options.patience); // a busy machine is no mistake of the site's
    tab.setDefaultNavigationTimeout(LONG);
    tab.showing = "";
    tab.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) say("console", tab.showing, message.text());
    });
    tab.on("pageerror", (error) => say("console", tab.showing, error.message));
    tab.on("requestfailed", (request) => {
        if (request.failure().errorText === "net::ERR_ABORTED") return; // given up for the next page
        say("resource", tab.showing, request.url().split("/").pop());
    });
    tab.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) say("resource", tab.showing, `asks for ${request.url()}`);
    });
    return tab;
}

async function show(tab, page) {
    tab.showing = page;
    await tab.goto(address(page), { waitUntil: "load" });
}

// The browser takes its time for a new size, even if it is the old one.
async function resize(tab, width) {
    if (tab.viewportSize().width !== width) await tab.setViewportSize({ width, height: 900 });
}

async function checkWidth(tab, page, width) {
    const needed = await tab.evaluate(() => document.documentElement.scrollWidth);
    if (needed > width) say("width", page, `needs ${needed} pixels of ${width}`);
}

// `how` is added to what axe is asked.
async function checkAccess(tab, page, colours, how) {
    const found = await tab.evaluate((how) => {
        const options = { resultTypes: ["violations"], preload: false, ...how }; // pages from files may not fetch
        return axe.run(options).then((result) =>
            result.violations.map((one) => `${one.id}: ${one.nodes.length} times, first ${one.nodes[0].html.slice(0, 120)}` +
                ` (${one.nodes[0].any[0]?.message ?? ""})`));
    }, how);
    for (const violation of found) say("access", page, `${colours} ${violation}`);
}

// Every page is loaded, on a small screen. Pages that a program makes alike, from sources and comments, are many: of
// those every eighth of a kind is also looked at on a wide screen and judged for access, one in three of these for its
// colours as well.
async function checkPage(tab, { page, alike, number }) {
    await resize(tab, NARROW);
    await show(tab, page);
    await checkWidth(tab, page, NARROW);
    if (alike && number % 8 !== 0) return;
    await resize(tab, WIDE);
    await checkWidth(tab, page, WIDE);
    const colours = !alike || number % 24 === 0;
    await tab.evaluate(axe);
    await tab.evaluate((selector) => document.querySelectorAll(selector).forEach((element) => element.remove()),
        alike ? `${ALIKE}, #contents` : ALIKE);
    await checkAccess(tab, page, "light", { rules: { "color-contrast": { enabled: colours } } });
    if (!colours) return;
    await tab.evaluate(() => document.documentElement.classList.add("dark-mode"));
    await checkAccess(tab, page, "dark", { runOnly: ["color-contrast"] });
}

// Each page with whether there are others alike, and which of these it is: a folder has the pages of one kind.
function numbered(pages) {
    const met = {};
    return pages.map((page) => {
        const kind = dirname(page);
        met[kind] = (met[kind] ?? -1) + 1;
        return { page, alike: kind !== ".", number: met[kind] };
    });
}

async function checkAllPages(browser, pages) {
    const waiting = numbered(pages);
    const fresh = async () => openTab(await browser.newContext({ reducedMotion: "reduce", colorScheme: "light" }));
    await Promise.all(Array.from({ length: TABS }, async () => {
        let tab = await fresh();
        while (waiting.length > 0) {
            const page = waiting.shift();
            // A browser on a crowded machine may lose a page once, and its tab with it; twice is a mistake.
            await checkPage(tab, page).catch(async () => {
                await tab.context().close();
                tab = await fresh();
                await checkPage(tab, page);
            });
        }
        await tab.context().close();
    }));
}

// What a reader does. Each action throws when the site does not do its part.
const ACTIONS = {
    async "the next chapter is one click away"(tab) {
        await show(tab, "01-hello-uart.html");
        await tab.click("a[rel=next]");
        await expect(tab, () => location.pathname.endsWith("/02-freestanding-cpp.html"));
        await tab.click("a[rel=prev]");
        await expect(tab, () => location.pathname.endsWith("/01-hello-uart.html"));
    },
    async "the contents lead to every chapter and mark the current one"(tab) {
        await show(tab, "01-hello-uart.html");
        await tab.click("#contents >> text=02 Freestanding C++");
        await expect(tab, () => document.querySelector("#contents [aria-current]").textContent.startsWith("02"));
    },
    async "on a small screen the contents open and close"(tab) {
        await tab.setViewportSize({ width: NARROW, height: 800 });
        await show(tab, "01-hello-uart.html");
        await expect(tab, () => getComputedStyle(document.getElementById("contents")).display === "none");
        await tab.click("#menu");
        await expect(tab, () => getComputedStyle(document.getElementById("contents")).display !== "none");
        await tab.setViewportSize({ width: WIDE, height: 900 });
    },
    async "a search finds a section and leads to it"(tab) {
        await show(tab, "index.html");
        await tab.keyboard.press("/");
        await tab.keyboard.type("conduit");
        await tab.waitForSelector("#found mark");
        const section = await tab.evaluate(() => document.querySelector("#found li a").href);
        await tab.click("#found li >> nth=0 >> a");
        await expect(tab, (section) => location.href === section, section);
        await expect(tab, () => document.querySelector("article").textContent.includes("conduit"));
    },
    async "a search for nothing says so"(tab) {
        await show(tab, "search.html?q=xyzzyplugh");
        await expect(tab, () => document.getElementById("found").textContent.includes("Nothing found"));
    },
    async "the colours change and are remembered on the next page"(tab) {
        await show(tab, "index.html");
        const before = await tab.evaluate(() => document.documentElement.classList.contains("dark-mode"));
        await tab.click("#theme");
        await show(tab, "glossary.html");
        await expect(tab, (was) => document.documentElement.classList.contains("dark-mode") !== was, before);
        await tab.click("#theme");
    },
    async "a name in the prose leads to its line, and the line's page back to the chapter"(tab) {
        await show(tab, "01-hello-uart.html");
        await tab.click("a.name >> text=clear_bss >> nth=0");
        await expect(tab, () => document.querySelector(":target").textContent.includes("clear_bss"));
        await tab.click("main a >> text=/^chapters? 01/ >> nth=0");
        await expect(tab, () => location.pathname.endsWith("/stage-01.html"));
        await tab.click("main a >> text=01 Hello, UART >> nth=0");
        await expect(tab, () => location.pathname.endsWith("/01-hello-uart.html"));
    },
    async "all diffs unfold, and fold again"(tab) {
        await show(tab, "stage-02.html");
        await expect(tab, () => document.querySelectorAll("details.file").length > 5);
        await tab.click(".unfold");
        await expect(tab, () => [...document.querySelectorAll("details.file")].every((fold) => fold.open));
        await tab.click(".unfold");
        await expect(tab, () => [...document.querySelectorAll("details.file")].every((fold) => !fold.open));
    },
    async "an unfolded diff is no wider than a small screen"(tab) {
        await tab.setViewportSize({ width: NARROW, height: 800 });
        await show(tab, "stage-02.html");
        await tab.click(".unfold");
        await expect(tab, () => document.documentElement.scrollWidth <= innerWidth);
        await tab.setViewportSize({ width: WIDE, height: 900 });
    },
    async "a link to a folded diff unfolds it"(tab) {
        await show(tab, "stage-01.html"); // so that the next one is a page of its own, with its diffs folded
        await show(tab, "stage-02.html#kernel-base-result.hpp");
        await expect(tab, () => document.getElementById("kernel-base-result.hpp").open);
    },
};

// A cast plays on each chapter's page: what the boot prints first appears on its screen.
function castAction(page) {
    return async (tab) => {
        await show(tab, page);
        const first = await tab.evaluate(() => document.querySelector("details.boot .timed code").firstChild.nextSibling.textContent
            .split("\n")[0].trim());
        await tab.click("details.boot[open] .play >> nth=0");
        await expect(tab, (line) => document.querySelector(".ap-term, .ap-terminal")?.textContent.replaceAll("\u00a0", " ")
            .includes(line.slice(0, 30)), first);
    };
}

// Waits until `condition` holds in the page. While a page is on its way or not yet whole, what the condition looks
// at may be missing; then it throws, which says no more than that it does not hold yet.
async function expect(tab, condition, argument) {
    const holds = `(${condition})(${JSON.stringify(argument)})`;
    await tab.waitForFunction(`(() => { try { return ${holds}; } catch { return false; } })()`);
}

async function act(browser, actions) {
    const context = await browser.newContext({ viewport: { width: WIDE, height: 900 } });
    const tab = await openTab(context);
    for (const [name, action] of Object.entries(actions)) {
        await action(tab).catch((error) => say("action", tab.showing, `${name}: ${error.message.split("\n")[0]}`));
    }
    await context.close();
}

async function takePictures(browser, pages, into) {
    mkdirSync(into, { recursive: true });
    for (const colorScheme of ["light", "dark"]) {
        for (const width of [NARROW, WIDE]) {
            const context = await browser.newContext({ viewport: { width, height: 1000 }, colorScheme });
            const tab = await openTab(context);
            for (const page of pages) {
                await show(tab, page);
                await tab.screenshot({ path: join(into, `${page.replaceAll("/", "-")}-${width}-${colorScheme}.png`) });
            }
            await context.close();
        }
    }
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS, timeout: LONG });
const pages = allPages();
if (options.screenshots) {
    await takePictures(browser, pages.filter((page) => !page.includes("/")), options.screenshots);
} else {
    const casts = pages.filter((page) => /^stage-\d+\.html$/.test(page));
    const actions = pages.includes("stage-02.html") ? { ...ACTIONS } : {};
    for (const page of casts) actions[`the cast of ${page} plays`] = castAction(page);
    await Promise.all([checkAllPages(browser, pages), act(browser, actions)]);
    say("done", String(pages.length), String(Object.keys(actions).length));
}
await browser.close();
