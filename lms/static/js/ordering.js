// Ordering: each item carries a select with its place. With JavaScript the selects give way to up and down buttons that move the row;
// the selects stay in the form and keep the places, so the server reads the same thing either way.
"use strict";
{
    const items = (list) => [...list.querySelectorAll(".ordering-item")];

    function renumber(list) {
        items(list).forEach((item, at, all) => {
            item.querySelector("select").value = String(at + 1);
            item.querySelector("[data-move='up']").setAttribute("aria-disabled", String(at === 0));
            item.querySelector("[data-move='down']").setAttribute("aria-disabled", String(at === all.length - 1));
        });
    }

    function move(button) {
        const item = button.closest(".ordering-item");
        const list = item.parentElement;
        const all = items(list);
        const at = all.indexOf(item);
        const to = at + (button.dataset.move === "up" ? -1 : 1);
        if (to < 0 || to >= all.length) return;
        if (to < at) all[to].before(item);
        else all[to].after(item);
        renumber(list);
        button.focus();
        for (const other of all) other.classList.toggle("is-moved", other === item);
        const status = list.parentElement.querySelector("[data-ordering-status]");
        if (status) status.textContent = status.dataset.words.replace("%1", item.querySelector(".ordering-text").textContent.trim()).replace("%2", to + 1);
    }

    function sortByPlace(list) {
        const place = (item) => Number(item.querySelector("select").value);
        items(list).sort((a, b) => place(a) - place(b)).forEach((item) => list.append(item));
    }

    function enhance(list) {
        if (list.classList.contains("is-enhanced")) return;
        sortByPlace(list);
        list.classList.add("is-enhanced");
        for (const item of items(list)) {
            item.querySelector(".ordering-place").hidden = true;
            item.querySelector(".ordering-moves").hidden = false;
        }
        list.addEventListener("click", (event) => {
            const button = event.target.closest("[data-move]");
            if (button) move(button);
        });
        list.addEventListener("keydown", (event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            const item = event.target.closest(".ordering-item");
            if (!item || !event.target.dataset.move) return;
            event.preventDefault();
            move(item.querySelector(`[data-move='${event.key === "ArrowUp" ? "up" : "down"}']`));
        });
        renumber(list);
    }

    const enhanceAll = () => document.querySelectorAll("[data-ordering]").forEach(enhance);
    enhanceAll();
    document.addEventListener("htmx:after:swap", enhanceAll);
    document.addEventListener("question:shown", enhanceAll);
}
