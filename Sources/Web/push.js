// The form that pushes a notification.

import { publish } from './api.js';
import { byId, element } from './dom.js';

const form = byId('push');
const fields = byId('push-fields');
const feedSelect = byId('push-feed');
const jsonText = byId('push-json');
const outcome = byId('push-outcome');

/** When what was pushed from here left, by feed and id: the way back is measured from it. */
const sentAt = new Map();
/** How long the last one was on its way; it may be back before the answer to the push is. */
let wayBack = '';
let isAnswered = false;

/** Makes the form work. */
export function startPushing() {
    form.addEventListener('submit', submit);
    form.addEventListener('keydown', submitFromTextArea);
    for (const radio of form.elements.mode) radio.addEventListener('change', showMode);
}

/** Offers these feeds. */
export function offerFeeds(feeds) {
    feedSelect.replaceChildren(...feeds.map((feed) => new Option(feed, feed)));
    outcome.textContent = '';
    sentAt.clear();
}

/** Notes that a notification came over the stream; says how long one from here was on its way. */
export function noteArrival(feed, id) {
    const key = `${feed} ${id}`;
    const sent = sentAt.get(key);
    if (sent === undefined) return;
    sentAt.delete(key);
    wayBack = `Back over the stream ${Math.round(performance.now() - sent)} ms after it was sent.`;
    showWayBack();
}

function showWayBack() {
    if (isAnswered && wayBack !== '') outcome.append(element('span', 'way', wayBack));
}

async function submit(event) {
    event.preventDefault();
    const focused = document.activeElement;
    fields.disabled = true;
    try {
        const text = textToSend();
        say('Sending');
        [wayBack, isAnswered] = ['', false];
        const ids = await push(feedSelect.value, text);
        say(ids.length === 1 ? `Stored as ${ids[0]}.` : `${ids.length} stored.`, 'good');
        isAnswered = true;
        showWayBack();
    } catch (error) {
        say(error.message, 'bad');
    } finally {
        fields.disabled = false;
        // A disabled element loses the focus; typing should go on where it was.
        focused?.focus();
    }
}

function submitFromTextArea(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
}

function showMode() {
    const isJSON = form.elements.mode.value === 'json';
    if (isJSON && jsonText.value.trim() === '') jsonText.value = JSON.stringify(bodyFromFields(), null, 2);
    byId('as-fields').hidden = isJSON;
    byId('as-json').hidden = !isJSON;
}

function bodyFromFields() {
    const body = { title: byId('push-name').value, message: byId('push-message').value };
    if (body.message === '') delete body.message;
    return body;
}

function textToSend() {
    return form.elements.mode.value === 'json' ? jsonText.value : JSON.stringify(bodyFromFields());
}

/**
 * Pushes JSON text as it is and returns the ids given.
 *
 * @throws {Error} fit for the reader
 */
async function push(feed, text) {
    const body = parse(text);
    const headers = {};
    if (isWithoutId(body)) {
        // Naming it here lets the notification be recognised even if it overtakes the answer.
        const id = newId();
        headers['Idempotency-Key'] = id;
        sentAt.set(`${feed} ${id}`, performance.now());
    }
    return publish(feed, text, headers);
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch (error) {
        throw new Error(`Not JSON: ${error.message}`);
    }
}

const isWithoutId = (body) =>
    body !== null && typeof body === 'object' && !Array.isArray(body) && (body.id ?? '') === '';

/** Not crypto.randomUUID, which exists only in a secure context. */
function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function say(text, tone = '') {
    outcome.className = `outcome ${tone}`;
    outcome.textContent = text;
}
