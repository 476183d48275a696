// How one notification looks on the page.

import { clip, dissect, storedAt } from './body.js';
import { element, timeOf } from './dom.js';

const ONE_LINE = 48;

/** Makes the list item for a notification. */
export function cardFor(item) {
    const { id, body, replay } = item;
    const { title, event, message, progress, link, time: ownTime, rest } = dissect(body);
    const time = ownTime ?? storedAt(item);
    return element('li', replay ? 'card' : 'card news',
        element('div', 'card-head',
            title === null
                ? element('h3', 'untitled', progress === null ? 'Notification' : 'Progress')
                : element('h3', '', clip(title)),
            event === null ? null : element('span', 'chip', clip(event, 40)),
            replay ? element('span', 'chip', 'replay') : null,
            time === null ? null : timeOf(time)),
        message === null ? null : element('p', 'card-message', clip(message)),
        progress === null ? null : progressBar(progress),
        link === null ? null : linkTo(link),
        rest === null ? null : scrollable(asJSON(rest)),
        element('code', 'card-id', id));
}

/** On one line where it fits. */
function asJSON(value) {
    const line = JSON.stringify(value);
    return line.length <= ONE_LINE ? line : JSON.stringify(value, null, 2);
}

function scrollable(text) {
    const block = element('pre', 'mono', clip(text));
    block.tabIndex = 0;
    block.setAttribute('role', 'region');
    block.setAttribute('aria-label', 'Other members');
    return block;
}

function linkTo(address) {
    const link = element('a', 'card-link', clip(address, 120));
    link.href = address;
    link.rel = 'noreferrer';
    return link;
}

function progressBar({ percent, status }) {
    const bar = element('progress', '');
    bar.max = 100;
    bar.value = Math.min(100, Math.max(0, percent));
    bar.setAttribute('aria-label', 'Progress');
    return element('div', 'progress',
        bar,
        element('span', 'tabular', `${percent} %`),
        status === null ? null : element('span', 'chip', clip(status, 40)));
}
