// The raw events: what came over the wire, newest first.

import { byId, clip, element, timeOf } from './dom.js';

const MOST_EVENTS = 200;

const rows = byId('wire-rows');
const pause = byId('wire-pause');

// Newest first; goes on while the display is paused.
let events = [];
let isPaused = false;

export function startLog() {
    byId('wire-pings').addEventListener('change', ({ target }) => {
        rows.classList.toggle('without-pings', !target.checked);
    });
    byId('wire-clear').addEventListener('click', () => {
        events = [];
        showAll();
    });
    pause.addEventListener('click', () => {
        isPaused = !isPaused;
        pause.setAttribute('aria-pressed', String(isPaused));
        if (!isPaused) showAll();
    });
}

/** Adds an event as EventSource gave it; `id` is the cursor that holds after it. */
export function logEvent({ type, id, text }) {
    const event = { type, id, text: clip(text), at: new Date() };
    events.unshift(event);
    if (events.length > MOST_EVENTS) events.pop();
    if (isPaused) return;
    rows.prepend(rowFor(event));
    if (rows.childElementCount > MOST_EVENTS) rows.lastElementChild.remove();
    showCount();
}

export function showNames(names) {
    byId('wire-names').textContent = ['message', ...names].join(', ');
}

function showAll() {
    rows.replaceChildren(...events.map(rowFor));
    showCount();
}

function showCount() {
    byId('wire-count').textContent = rows.childElementCount;
}

function rowFor({ type, id, text, at }) {
    return element('li', type === 'ping' ? 'ping' : '',
        timeOf(at),
        element('span', 'wire-type', type),
        element('span', 'wire-id', id),
        element('code', '', text));
}
