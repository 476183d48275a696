// How one notification looks. A body is whatever a writer pushed: each member is used
// only where it has the expected type, and shown as JSON where not.

import { clip, element, timeOf } from './dom.js';

const ONE_LINE = 48;

/** Makes the list item for `{id, body, replay}`. */
export function cardFor({ id, body, replay }, time) {
    const { title, event, message, progress, rest } = dissect(body);
    return element('li', 'card',
        element('div', 'card-head',
            title === null
                ? element('h3', 'untitled', progress === null ? 'Notification' : 'Progress')
                : element('h3', '', clip(title)),
            event === null ? null : element('span', 'chip', clip(event, 40)),
            replay ? element('span', 'chip', 'replay') : null,
            timeOf(time)),
        message === null ? null : element('p', 'card-message', clip(message)),
        progress === null ? null : progressBar(progress),
        rest === null ? null : element('pre', 'mono', clip(asJSON(rest))),
        element('code', 'card-id', typeof id === 'string' ? id : 'not stored'));
}

/** Splits a body into the parts that have a look of their own, and the rest (null where there is none). */
function dissect(body) {
    if (!isObject(body)) return { title: null, event: null, message: null, progress: null, rest: body ?? null };
    const rest = { ...body };
    const take = (name, isUsable) => {
        if (!Object.hasOwn(rest, name) || !isUsable(rest[name])) return null;
        const value = rest[name];
        delete rest[name];
        return value;
    };
    // The envelope has said the id already.
    take('id', (value) => !isObject(value));
    const title = take('title', isText);
    const event = take('event', isText);
    const message = take('message', isText);
    const percent = take('percent', Number.isFinite);
    const progress = percent === null ? null : { percent, status: take('status', isText) };
    return { title, event, message, progress, rest: Object.keys(rest).length > 0 ? rest : null };
}

/** On one line where it fits. */
function asJSON(value) {
    const line = JSON.stringify(value);
    return line.length <= ONE_LINE ? line : JSON.stringify(value, null, 2);
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string' && value !== '';

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
