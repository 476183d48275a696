// What was set aside because it is no entry.

import { quarantine } from './api.js';
import { clip } from './body.js';
import { byId, element, timeOf } from './dom.js';
import { KeyedList } from './keyed-list.js';

const MOST_ROWS = 20;

const REASONS = {
    'too-large': 'too large',
    'invalid-utf8': 'not UTF-8',
    'not-json': 'not JSON',
    'not-an-object': 'not a JSON object',
    'too-deep': 'nested too deep',
    'bad-id': 'an id that is not allowed',
};

const rows = new KeyedList(byId('quarantine-rows'), ({ seq }) => String(seq), rowFor);

/** Shows the newest, and how many there are. */
export async function showQuarantine() {
    try {
        const { count, items } = await quarantine(MOST_ROWS);
        rows.show(items);
        byId('quarantine-count').textContent = count.toLocaleString();
        byId('quarantine-note').textContent = count === 0 ? 'Nothing. All that was pushed could be read.' : '';
        byId('quarantine-help').hidden = count === 0;
    } catch (error) {
        byId('quarantine-note').textContent = error.message;
    }
}

function rowFor({ seq, feed, reason, stored_at: storedAt, entry }) {
    return element('li', '',
        element('div', 'quarantine-head',
            element('span', 'mono', `${seq}`),
            element('span', 'mono', feed),
            element('span', 'chip', REASONS[reason] ?? reason),
            timeOf(new Date(storedAt))),
        element('code', '', clip(entry, 300)));
}
