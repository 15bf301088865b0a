// Paper or night: sets data-theme on <html> and remembers it in the cookie "theme", which base.html reads, so nothing flashes.
"use strict";
{
    const root = document.documentElement;
    const YEAR = 365 * 24 * 3600;

    function choice() {
        return root.dataset.theme || "auto";
    }

    function choose(theme) {
        if (theme === "auto") {
            delete root.dataset.theme;
            document.cookie = "theme=; path=/; max-age=0; samesite=lax";
        } else {
            root.dataset.theme = theme;
            document.cookie = `theme=${theme}; path=/; max-age=${YEAR}; samesite=lax`;
        }
        show();
        document.dispatchEvent(new CustomEvent("themechange"));
    }

    function show() {
        for (const button of document.querySelectorAll("[data-theme-choice]")) {
            button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice()));
        }
    }

    for (const group of document.querySelectorAll("[data-theme-switch]")) {
        group.hidden = false;
        group.addEventListener("click", (event) => {
            const button = event.target.closest("[data-theme-choice]");
            if (button) choose(button.dataset.themeChoice);
        });
    }
    show();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("themechange")));
}
