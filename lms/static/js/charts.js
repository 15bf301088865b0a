// Draws each table[data-chart] into the data-chart-slot of its figure with uPlot, in the colors of tokens.css; a theme change draws again.
// First column: x (numbers, or <time datetime>, or words). Further columns: one series each; data-role "low" and "high" draw a band.
"use strict";
{
    const SERIES = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5"];
    const drawn = new Map();
    const probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);

    // A canvas may not know oklch: paint one pixel and read it back as plain red, green and blue.
    const pixel = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });

    function color(token, alpha = 1) {
        probe.style.color = `var(${token})`;
        pixel.clearRect(0, 0, 1, 1);
        pixel.fillStyle = getComputedStyle(probe).color;
        pixel.fillRect(0, 0, 1, 1);
        const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
        return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
    }

    function value(cell) {
        const raw = cell.dataset.value ?? cell.textContent.trim().replace(/[^\d.,eE+-]/g, "").replace(",", ".");
        return raw === "" || Number.isNaN(Number(raw)) ? null : Number(raw);
    }

    function read(table) {
        const heads = [...table.tHead.rows[0].cells];
        const rows = [...table.tBodies[0].rows].map((row) => [...row.cells]);
        const times = rows.every((row) => row[0]?.querySelector("time[datetime]"));
        const numbers = rows.map((row) => (times ? Date.parse(row[0].querySelector("time").dateTime) / 1000 : value(row[0])));
        const plain = rows.every((row, at) => numbers[at] !== null && (times || row[0].dataset.value || /^[\s\d.,%+-]+$/.test(row[0].textContent)));
        return {
            names: heads.slice(1).map((head) => head.textContent.trim()),
            roles: heads.slice(1).map((head) => head.dataset.role),
            unit: heads[1]?.dataset.unit || "",
            words: plain ? null : rows.map((row) => row[0].textContent.trim()),
            times: plain && times,
            columns: [plain ? numbers : rows.map((_, at) => at), ...heads.slice(1).map((_, at) => rows.map((row) => value(row[at + 1])))],
        };
    }

    function label(unit) {
        return (_, at) => at.map((y, place) => (unit && place === at.length - 1 ? `${y}\u202f${unit}` : String(y)));
    }

    // Days are days in every time zone: they are read, split and named as UTC.
    const DAYS = [1, 2, 3, 7, 14, 28, 91, 182, 364].map((days) => days * 86400);
    const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000];
    const day = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
    const wholeOnly = (columns) => (columns.flat().every((y) => y === null || Number.isInteger(y)) ? { incrs: WHOLE } : {});

    function across(data) {
        if (data.words) return { space: 40, splits: () => data.columns[0], values: (_, at) => at.map((i) => data.words[i] ?? "") };
        if (data.times) return { incrs: DAYS, values: (_, at) => at.map((seconds) => day.format(seconds * 1000)) };
        return wholeOnly([data.columns[0]]);
    }

    function nameOf(data, at) {
        if (at === null || at === undefined) return "";
        if (data.words) return data.words[at];
        return data.times ? day.format(at * 1000) : at;
    }

    function edges(kind, data) {
        if (data.words) return [-0.5, data.words.length - 0.5];
        if (kind === "scatter") return (_, least, most) => [least - (most - least) * 0.08, most + (most - least) * 0.08];
        const half = (least, most) => (0.5 * (most - least)) / Math.max(data.columns[0].length - 1, 1) || 0.5;
        return kind === "bar" ? (_, least, most) => [least - half(least, most), most + half(least, most)] : undefined;
    }

    function room(kind) {
        if (kind === "bar") return (_, __, top) => [0, (top || 1) * 1.08];
        if (kind === "scatter") return (_, low, top) => [Math.min(0, low), top + (top - low || 1) * 0.1];
        return undefined;
    }

    const title = (wanted, table, column) => (wanted ? { label: table.tHead.rows[0].cells[column].textContent.trim(), labelSize: 22 } : {});

    function axis(extra) {
        return {
            stroke: color("--ink-soft"), font: "13px 'Source Sans 3', sans-serif", labelFont: "13px 'Source Sans 3', sans-serif",
            grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line"), width: 1, size: 5 }, ...extra,
        };
    }

    function series(kind, data) {
        let shade = 0;
        return data.names.map((label, at) => {
            const inBand = Boolean(data.roles[at]);
            const stroke = color(SERIES[inBand ? 0 : shade++ % SERIES.length]);
            const common = { label, stroke, class: inBand ? "in-band" : "line", width: inBand ? 0 : 2, dash: shade > 1 && !inBand ? [[], [7, 4], [2, 3], [10, 4, 2, 4]][(shade - 1) % 4] : undefined };
            if (kind === "bar") return { ...common, width: 0, fill: stroke, paths: uPlot.paths.bars({ size: [0.6, 64] }), points: { show: false } };
            if (kind === "scatter") return { ...common, width: 0, paths: () => null, points: { show: true, size: 8, fill: stroke } };
            return { ...common, points: { show: !inBand && data.columns[0].length < 40, size: 6, fill: stroke } };
        });
    }

    function draw(table) {
        const slot = table.closest("figure, section, body").querySelector("[data-chart-slot]");
        if (!slot || !table.tBodies[0]?.rows.length) return;
        const kind = table.dataset.chart;
        const data = read(table);
        const low = data.roles.indexOf("low") + 1;
        const high = data.roles.indexOf("high") + 1;
        drawn.get(table)?.destroy();
        const chart = new uPlot({
            width: slot.clientWidth, height: 240, tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
            scales: { x: { time: data.times, range: edges(kind, data) }, y: { range: room(kind) } },
            axes: [axis({ ...across(data), ...title(!data.words && !data.times, table, 0), size: 34, grid: { show: kind === "scatter", stroke: color("--line"), width: 1 } }), axis({ ...wholeOnly(data.columns.slice(1)), ...title(kind === "scatter", table, 1), size: 56, values: label(data.unit) })],
            series: [{ label: table.tHead.rows[0].cells[0].textContent.trim(), value: (_, at) => nameOf(data, at) }, ...series(kind, data)],
            bands: low && high ? [{ series: [high, low], fill: color("--series-1", 0.18) }] : [],
            legend: { show: data.roles.filter((role) => !role).length > 1, markers: { width: 0, fill: (u, at) => u.series[at].stroke(u, at) } }, cursor: { drag: { x: false, y: false }, points: { size: 8 } },
        }, data.columns, slot);
        chart.root.setAttribute("aria-hidden", "true");
        drawn.set(table, chart);
    }

    function drawAll() {
        for (const [table, chart] of drawn) {
            if (!table.isConnected) { chart.destroy(); drawn.delete(table); }
        }
        document.querySelectorAll("table[data-chart]").forEach(draw);
    }

    new ResizeObserver(() => {
        for (const chart of drawn.values()) chart.setSize({ width: chart.root.parentElement.clientWidth, height: 240 });
    }).observe(document.body);
    document.addEventListener("themechange", drawAll);
    document.addEventListener("htmx:after:swap", drawAll);
    drawAll();
}
