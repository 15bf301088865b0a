// Tables and maps wider than their room: is-wide shows the hint before them, has-more fades the edge beyond which there is more.
"use strict";
{
    const SLACK = 2; // pixels

    function look(region) {
        const hidden = region.scrollWidth - region.clientWidth;
        region.classList.toggle("is-wide", hidden > SLACK);
        region.classList.toggle("has-more", hidden - Math.abs(region.scrollLeft) > SLACK);
    }

    const sizes = new ResizeObserver((entries) => entries.forEach((entry) => look(entry.target)));
    for (const region of document.querySelectorAll(".table-scroll, .skill-map")) {
        sizes.observe(region);
        region.addEventListener("scroll", () => look(region), { passive: true });
    }
}
