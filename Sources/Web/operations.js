// What an operator looks at, read anew every second while the page can be seen.

import { metricsText } from './api.js';
import { Chart } from './chart.js';
import { byId } from './dom.js';
import { figuresBetween, parseMetrics } from './metrics.js';
import { showQuarantine } from './quarantine.js';
import { showWatched } from './watched.js';

const INTERVAL_MS = 1_000;

const milliseconds = (seconds) => `${(1000 * seconds).toFixed(seconds < 0.1 ? 2 : 0)} ms`;
const whole = (count) => count.toLocaleString();
const perSecond = (rate) => `${rate.toLocaleString(undefined, { maximumFractionDigits: 1 })} /s`;

const charts = {
    tick: new Chart('A tick takes', milliseconds, 0.001),
    lateness: new Chart('A tick is late by', milliseconds, 0.001),
    streams: new Chart('Open streams', whole, 4),
    feeds: new Chart('Watched feeds', whole, 4),
    entries: new Chart('Entries stored', perSecond, 1),
};

let last = null;
let timer = null;

export function startOperations() {
    byId('charts').append(...Object.values(charts).map((chart) => chart.element));
    document.addEventListener('visibilitychange', look);
    look();
}

/** Looks now, and goes on for as long as somebody may be looking too. */
async function look() {
    clearTimeout(timer);
    if (document.hidden) return;
    const began = timer = setTimeout(look, INTERVAL_MS);
    const [reading] = await Promise.all([readMetrics(), showWatched(), showQuarantine()]);
    // A slow answer is overtaken by the next look.
    if (began === timer) draw(reading);
}

async function readMetrics() {
    try {
        return { at: Date.now(), samples: parseMetrics(await metricsText()) };
    } catch (error) {
        return { at: Date.now(), error };
    }
}

function draw(reading) {
    const { at, samples, error } = reading;
    byId('tick-age').textContent = error
        ? error.message
        : `the poll loop last turned ${Math.round(1000 * samples.get('flagpole_last_tick_age_seconds'))} ms ago`;
    const figures = last !== null && samples ? figuresBetween(last, reading) : null;
    for (const [name, chart] of Object.entries(charts)) chart.add(at, figures?.[name] ?? null);
    last = samples ? reading : null;
}
