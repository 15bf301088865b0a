// Keeps a flight that is under way up to date, and shows its report when it is over. Without it, the page is read again.
"use strict";
{
    const EVERY = 1000; // milliseconds
    const SPOKEN_EVERY = 10; // looks
    const panel = document.querySelector("[data-flight]");
    let looks = 0;

    async function look() {
        const response = await fetch(panel.dataset.flight, { headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(response.statusText);
        const flight = await response.json();
        if (flight.is_over) {
            location.reload();
            return;
        }
        panel.querySelector("progress").value = flight.progress;
        panel.querySelector("[data-flight-words]").textContent = flight.words;
        if (looks++ % SPOKEN_EVERY === 0) panel.querySelector("[data-flight-spoken]").textContent = flight.words;
        setTimeout(lookAgain, EVERY);
    }

    // A server that cannot answer now may answer later: the flight does not depend on this page.
    function lookAgain() {
        look().catch(() => setTimeout(lookAgain, 5 * EVERY));
    }

    if (panel) setTimeout(lookAgain, EVERY);
}
