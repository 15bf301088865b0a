// Starts the pickers of date and time fields. Wagtail's own templates do it in inline scripts, which our content security
// policy refuses; ours (templates/wagtailadmin/widgets) leave a mark beside each field instead.

const STARTERS = ["initDateChooser", "initTimeChooser", "initDateTimeChooser"];

function start(mark) {
    const starter = mark.dataset.picker;
    if (!STARTERS.includes(starter) || typeof window[starter] !== "function") return;
    mark.removeAttribute("data-picker");
    window[starter](mark.dataset.pickerFor, JSON.parse(mark.dataset.pickerOptions));
}

function startAll() {
    document.querySelectorAll("[data-picker]").forEach(start);
}

startAll();
new MutationObserver(startAll).observe(document.body, { childList: true, subtree: true });
