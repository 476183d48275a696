// One notification in the bell's list.

import { clip, dissect } from './body.js';
import { element } from './dom.js';
import { crossIcon, dotIcon } from './flagpole-bell-icons.js';
import { filled } from './flagpole-bell-strings.js';

const LONGEST_TITLE = 200;
const LONGEST_TEXT = 600;
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const DATE_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** An element whose class is its part too, for the page's style sheets. */
export function part(tag, name, ...children) {
    const made = element(tag, name, ...children);
    made.setAttribute('part', name);
    return made;
}

/** The words that stand for a notification. */
export const titleOf = ({ body }, strings) => clip(dissect(body).title ?? strings.untitled, LONGEST_TITLE);

/**
 * Makes the row of an item: what it says, as a link where it has one, and two buttons.
 *
 * @param {(action: 'open'|'toggle'|'remove', event: Event) => void} act
 */
export function rowFor(item, strings, act) {
    const { message, link, progress, rest } = dissect(item.body);
    const title = titleOf(item, strings);
    const main = part(link === null ? 'button' : 'a', 'main',
        element('span', 'visually-hidden unread-word', ''),
        part('span', 'title', title),
        message === null ? null : part('span', 'message', clip(message, LONGEST_TEXT)),
        progress === null ? null : part('span', 'message', [`${progress.percent} %`, progress.status].join(' ')),
        rest === null ? null : part('code', 'details', clip(JSON.stringify(rest), LONGEST_TEXT)),
        part('time', 'time'));
    if (link === null) main.type = 'button';
    else main.href = link;
    main.addEventListener('click', (event) => act('open', event));
    const row = part('li', 'item',
        main,
        action('toggle', dotIcon(), act),
        action('remove', crossIcon(), act));
    row.setAttribute('role', 'listitem');
    return row;
}

/** Shows what changes: whether it is read, where its feed is an inbox, its time, once that is known, and words. */
export function showState(row, item, isInbox, strings) {
    showTime(row.querySelector('time'), item);
    const isUnread = isInbox && item.readAt === null;
    row.classList.toggle('unread', isUnread);
    row.setAttribute('part', isUnread ? 'item item-unread' : 'item');
    row.querySelector('.unread-word').textContent = isUnread ? strings.unread : '';
    const toggle = row.querySelector('.toggle');
    toggle.hidden = !isInbox;
    const title = titleOf(item, strings);
    label(toggle, filled(isUnread ? strings.markRead : strings.markUnread, { title }));
    label(row.querySelector('.remove'), filled(strings.remove, { title }));
}

function label(button, text) {
    button.title = text;
    button.setAttribute('aria-label', text);
}

function action(name, icon, act) {
    const made = part('button', name, icon);
    made.type = 'button';
    made.addEventListener('click', (event) => act(name, event));
    return made;
}

function showTime(shown, item) {
    // Until history tells when it was stored, what came in live has the time at which it came.
    const date = dissect(item.body).time ?? new Date(item.storedAt ?? item.arrivedAt ?? NaN);
    if (Number.isNaN(date.getTime())) return;
    const isToday = date.toDateString() === new Date().toDateString();
    const text = (isToday ? TIME : DATE_AND_TIME).format(date);
    if (shown.textContent !== text) shown.textContent = text;
    shown.dateTime = date.toISOString();
}
