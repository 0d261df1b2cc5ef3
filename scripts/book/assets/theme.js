// Runs before anything is painted, so that a reader in the dark is not dazzled.
(function () {
    let chosen = null;
    try { chosen = localStorage.getItem("theme"); } catch { /* a browser may forbid it to files */ }
    const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.classList.toggle("dark-mode", dark);
})();
