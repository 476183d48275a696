// Flagpole's page: a feed or two and their bell over the connection that all its tabs share, a form that pushes, and
// what an operator wants to see. This file wires the parts together.

import { connect } from './flagpole.js';
import './flagpole-bell.js';
import { FeedColumn } from './column.js';
import { byId, oncePerTurn } from './dom.js';
import { secondFeed } from './kinds.js';
import { showNotice, showState } from './masthead.js';
import { faultOf, feedsInAddress, writeAddress } from './names.js';
import { startOperations } from './operations.js';
import { noteArrival, offerFeeds, startPushing } from './push.js';
import { key } from './sign-in.js';
import { showSnippets } from './snippets.js';

const columns = new Map();
let inbox = null;

/** Watches these feeds from their beginning. */
function watch(feeds) {
    inbox?.close();
    columns.clear();
    for (const feed of feeds) columns.set(feed, new FeedColumn(feed));
    byId('feeds').replaceChildren(...Array.from(columns.values(), (column) => column.element));
    inbox = connect({ feeds, token: key });
    for (const type of ['notification', 'unread', 'read', 'removed', 'resync']) inbox.addEventListener(type, showSoon);
    inbox.addEventListener('notification', ({ detail: { feed, id } }) => {
        columns.get(feed)?.setEnded(false);
        noteArrival(feed, id);
    });
    inbox.addEventListener('end', ({ detail: { feed } }) => columns.get(feed)?.setEnded(true));
    inbox.addEventListener('state', ({ target }) => { if (target === inbox) showState(inbox, feeds); });
    byId('bell').inbox = inbox;
    byId('stream-url').textContent = `GET /v1/stream?${feeds.map((feed) => `feed=${feed}`).join('&')}`;
    offerFeeds(feeds);
    showSnippets(feeds);
    showState(inbox, feeds);
    showSoon();
}

const showSoon = oncePerTurn(() => {
    for (const column of columns.values()) column.show(inbox);
    document.title = inbox.unread > 0 ? `(${inbox.unread}) Flagpole` : 'Flagpole';
});

/** Says what is wrong with the names in the form; true if nothing is. */
function checkNames() {
    const inputs = [byId('feed-a'), byId('feed-b')];
    const [first, second] = inputs.map(({ value }) => value.trim());
    const faults = [faultOf(first), second === '' ? null : faultOf(second)];
    if (faults.every((fault) => fault === null) && first === second) {
        faults[1] = 'The two feeds are the same; name another, or leave one out.';
    }
    inputs.forEach((input, index) => input.setAttribute('aria-invalid', String(faults[index] !== null)));
    byId('watch-error').textContent = faults.find((fault) => fault !== null) ?? '';
    return faults.every((fault) => fault === null);
}

/** Watches the feeds in the form, of which the second may be left out; null if these are none. */
function watchFromForm() {
    if (!checkNames()) return null;
    const feeds = [byId('feed-a').value.trim(), byId('feed-b').value.trim()].filter((feed) => feed !== '');
    watch(feeds);
    return feeds;
}

byId('dismiss').addEventListener('click', () => { byId('notice').hidden = true; });
byId('watch').addEventListener('submit', (event) => {
    event.preventDefault();
    const feeds = watchFromForm();
    if (feeds !== null) writeAddress(feeds);
});
startPushing();
startOperations();
const [feedA, feedB] = feedsInAddress();
byId('feed-a').value = feedA ?? 'user:42';
// An address that names the first alone means that one alone.
const second = feedB ?? (feedA === null ? await secondFeed() : '');
// The form may have been used meanwhile.
if (inbox === null) {
    byId('feed-b').value = second;
    watchFromForm();
}
if (inbox === null) {
    byId('pill').dataset.phase = 'offline';
    byId('phase').textContent = 'Offline';
    showNotice('Name a feed to watch.');
}
