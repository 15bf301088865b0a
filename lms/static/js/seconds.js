// Measures how long this page was really visible, into every <input type="hidden" name="seconds"> of a form about to be sent.
"use strict";
{
    const LONGEST_PAUSE = 120; // seconds without a key, a touch or a scroll: the learner has gone
    let counted = 0;
    let from = performance.now();
    let lastSign = from;

    const now = () => performance.now();

    function count() {
        const until = Math.min(now(), lastSign + LONGEST_PAUSE * 1000);
        if (!document.hidden && until > from) counted += until - from;
        from = now();
    }

    function sign() {
        count();
        lastSign = now();
    }

    for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
        addEventListener(kind, () => {
            if (now() - lastSign > 1000) sign();
        }, { passive: true });
    }

    document.addEventListener("visibilitychange", () => {
        if (document.hidden) {
            const until = Math.min(now(), lastSign + LONGEST_PAUSE * 1000);
            if (until > from) counted += until - from;
        } else {
            lastSign = now();
        }
        from = now();
    });

    function fill(form) {
        count();
        for (const field of form.querySelectorAll('input[name="seconds"]')) field.value = (counted / 1000).toFixed(1);
    }

    function startOver() {
        counted = 0;
        from = lastSign = now();
    }

    document.addEventListener("submit", (event) => fill(event.target), true);
    document.addEventListener("question:shown", startOver);
    document.addEventListener("htmx:after:swap", (event) => {
        if (event.target.querySelector?.('input[name="seconds"]')) startOver();
    });
}
