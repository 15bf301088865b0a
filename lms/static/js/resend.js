// An answer is never lost: a form with data-resend (and the hidden input "key" set by the server) is kept in this browser until the
// server has taken it, and sent again with the same key after a network error. The server takes one key once.
"use strict";
{
    const PREFIX = "adept.unsent.";
    const WEEK = 7 * 24 * 3600 * 1000;
    const PAUSES = [1, 2, 4, 8, 15, 30]; // seconds between tries
    const user = document.body.dataset.user || "";
    const wait = (seconds) => new Promise((done) => {
        const timer = setTimeout(done, seconds * 1000);
        addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
    });

    function keep(entry) {
        try { localStorage.setItem(PREFIX + entry.key, JSON.stringify(entry)); } catch { /* private window: this page still retries */ }
    }

    function forget(key) {
        try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was kept */ }
    }

    function kept() {
        try {
            const entries = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map((name) => JSON.parse(localStorage.getItem(name)));
            entries.filter((entry) => Date.now() - entry.at > WEEK).forEach((entry) => forget(entry.key));
            return entries.filter((entry) => entry.user === user && Date.now() - entry.at <= WEEK);
        } catch { return []; }
    }

    function notice(template) {
        document.querySelector("[data-unsent]")?.remove();
        const source = template && document.querySelector(`template[data-${template}]`);
        if (source) document.body.append(source.content.cloneNode(true));
    }

    function post(entry) {
        const body = new URLSearchParams(entry.body);
        const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
        if (token) body.set("csrfmiddlewaretoken", token);
        return fetch(entry.url, { method: "POST", body, credentials: "same-origin", headers: { "Idempotency-Key": entry.key } });
    }

    // Taken: marked, or refused for what it says. Not taken: signed out, stale token, too many requests, a broken server.
    function isTaken(response) {
        const atSignIn = response.redirected && new URL(response.url).pathname === document.body.dataset.signIn;
        return response.status < 500 && ![401, 403, 429].includes(response.status) && !atSignIn;
    }

    async function deliver(entry) {
        for (let tries = 0; ; tries += 1) {
            try {
                const response = await post(entry);
                if (isTaken(response)) forget(entry.key);
                if (response.status < 500 && response.status !== 429) {
                    notice(null);
                    return response;
                }
            } catch { /* no network: wait and try again */ }
            notice("unsent-notice");
            await wait(PAUSES[Math.min(tries, PAUSES.length - 1)]);
        }
    }

    async function show(response) {
        if (response.redirected) { location.assign(response.url); return; }
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const fresh = page.querySelector("main");
        if (!fresh) { location.reload(); return; }
        document.querySelector("main").replaceWith(document.adoptNode(fresh));
        document.title = page.title;
        globalThis.htmx?.process(fresh);
        (fresh.querySelector("#feedback, .form-errors") || fresh).focus();
        document.dispatchEvent(new CustomEvent("question:shown"));
    }

    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (!form.matches("[data-resend]") || event.defaultPrevented || form.enctype === "multipart/form-data") return;
        event.preventDefault();
        if (form.dataset.sending) return;
        form.dataset.sending = "yes";
        form.setAttribute("aria-busy", "true");
        const body = new URLSearchParams(new FormData(form, event.submitter)).toString();
        const url = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
        const entry = { key: new URLSearchParams(body).get("key") || String(Date.now()), url, body, user, at: Date.now() };
        if (user) keep(entry);
        const response = await deliver(entry);
        delete form.dataset.sending;
        form.removeAttribute("aria-busy");
        await show(response);
    });

    async function deliverKept() {
        let sent = 0;
        for (const entry of kept()) {
            const response = await deliver(entry);
            if (!isTaken(response)) continue;
            sent += 1;
            const isThisPages = [...document.forms].some((form) => form.matches("[data-resend]") && form.action === entry.url);
            if (isThisPages && response.redirected) { location.assign(response.url); return; }
        }
        if (sent) notice("sent-notice");
    }

    if (user) deliverKept();
}
