// What Wagtail's editor needs from us.

// Pickers of date and time fields: Wagtail's own templates start them in inline scripts, which our content security policy
// refuses; ours (templates/wagtailadmin/widgets) leave a mark beside each field instead.

const STARTERS = ["initDateChooser", "initTimeChooser", "initDateTimeChooser"];

function startPicker(mark) {
    const starter = mark.dataset.picker;
    if (!STARTERS.includes(starter) || typeof window[starter] !== "function") return;
    mark.removeAttribute("data-picker");
    window[starter](mark.dataset.pickerFor, JSON.parse(mark.dataset.pickerOptions));
}

// A field that is the whole of a block, such as a hint, has no label of its own: it takes the heading of what it stands in.

function nameField(field) {
    if (field.labels.length) return;
    const heading = field.closest(".w-panel")?.querySelector(".w-panel__heading");
    const outer = field.closest(".w-panel")?.parentElement?.closest(".w-panel")?.querySelector(".w-panel__heading");
    const words = [outer, heading].map((one) => one?.innerText.replace("*", "").trim()).filter(Boolean);
    field.setAttribute("aria-label", words.join(": ") || field.name);
}

const FIELDS = "[data-contentpath] :is(textarea, input[type=text]):not([aria-label], [aria-labelledby])";

function lookAround() {
    document.querySelectorAll("[data-picker]").forEach(startPicker);
    document.querySelectorAll(FIELDS).forEach(nameField);
}

lookAround();
new MutationObserver(lookAround).observe(document.body, { childList: true, subtree: true });
