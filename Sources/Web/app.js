// Flagpole's built-in page: two feeds over one EventSource, a form that pushes, and the
// events as they came. This file wires the parts together.

import { FeedColumn } from './column.js';
import { byId } from './dom.js';
import { faultOf, readQuery, writeQuery } from './names.js';
import { noteArrival, offerFeeds, startPushing } from './push.js';
import { FeedStream } from './stream.js';
import { logEvent, showNames, startLog } from './wire.js';

const PHASES = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline' };

const query = readQuery();
const columns = new Map();
const stream = new FeedStream(showState, receive);
let state = { phase: 'connecting' };

/** Applies one event to the columns. Counts in it are the bridge's own at the moment of sending. */
function receive(event) {
    logEvent(event);
    const { type, message } = event;
    const column = columns.get(message.feed);
    switch (type) {
    case 'welcome':
        byId('client').textContent = typeof message.client_id === 'string' ? `· client ${message.client_id}` : '';
        takeCounts(message.unread);
        break;
    case 'live':
        takeCounts(message.unread);
        break;
    case 'read':
        column?.markRead(message);
        column?.setUnread(message.unread);
        break;
    case 'unread':
        column?.markUnread(message);
        column?.setUnread(message.unread);
        break;
    case 'removed':
        column?.remove(message.id);
        column?.setUnread(message.unread);
        break;
    case 'resync':
        replaceLists(message.feeds);
        break;
    case 'end':
        column?.end();
        break;
    case 'goodbye':
        showNotice(`The server closed the stream: ${message.reason}. The browser comes back by itself.`);
        break;
    case 'auth-expired':
        showNotice('Your access has expired. Sign in again where you got it, then try again.', true);
        break;
    case 'ping':
        break;
    default:
        // A kind with `batch` sends several envelopes in one event.
        for (const item of Array.isArray(message.batch) ? message.batch : [message]) addNotification(item);
    }
    showTitle();
}

function addNotification(item) {
    const column = columns.get(item?.feed);
    if (!column) return;
    column.add(item);
    column.setUnread(item.unread);
    noteArrival(item.feed, item.id);
}

function takeCounts(counts) {
    for (const [feed, count] of Object.entries(counts ?? {})) columns.get(feed)?.setUnread(count);
}

function replaceLists(feeds) {
    for (const [feed, { items, unread }] of Object.entries(feeds ?? {})) {
        columns.get(feed)?.replaceAll(Array.isArray(items) ? items : []);
        columns.get(feed)?.setUnread(unread);
    }
}

/** Watches the feeds of the query from their beginning. */
function watchFeeds() {
    columns.clear();
    for (const feed of query.feeds) columns.set(feed, new FeedColumn(feed));
    byId('feeds').replaceChildren(...Array.from(columns.values(), (column) => column.element));
    byId('client').textContent = '';
    offerFeeds(query.feeds);
    stream.watch(query.feeds);
    byId('stream-url').textContent = `GET ${stream.url.slice(location.origin.length)}`;
    showTitle();
}

/** Says what is wrong with the names in the form; true if nothing is. */
function checkNames() {
    const inputs = [byId('feed-a'), byId('feed-b')];
    const faults = inputs.map(({ value }) => faultOf(value.trim()));
    if (faults.every((fault) => fault === null) && inputs[0].value.trim() === inputs[1].value.trim()) {
        faults[1] = 'The two feeds are the same; name another.';
    }
    inputs.forEach((input, index) => input.setAttribute('aria-invalid', String(faults[index] !== null)));
    byId('watch-error').textContent = faults.find((fault) => fault !== null) ?? '';
    return faults.every((fault) => fault === null);
}

function watchFromForm() {
    if (!checkNames()) return;
    query.feeds = [byId('feed-a').value.trim(), byId('feed-b').value.trim()];
    writeQuery(query);
    watchFeeds();
}

/** Named events arrive only where a page listens; the address keeps the names for the next visit. */
function listenFor(names) {
    for (const name of names) {
        query.events.add(name);
        stream.listen(name);
    }
    if (names.length > 0) writeQuery(query);
    showNames(query.events);
}

function showState(newState) {
    state = newState;
    byId('pill').dataset.phase = state.phase;
    // Set only when it changes, so that a screen reader hears it once.
    if (byId('phase').textContent !== PHASES[state.phase]) byId('phase').textContent = PHASES[state.phase];
    if (state.reason) showNotice(state.reason, true);
    else if (state.phase === 'live') byId('notice').hidden = true;
    showTimes();
}

function showNotice(text, canRetry = false) {
    byId('notice-text').textContent = text;
    byId('retry').hidden = !canRetry;
    byId('notice').hidden = false;
}

/** What changes with every second. */
function showTimes() {
    const wait = state.retryAt === undefined ? '' : ` in ${secondsUntil(state.retryAt)} s`;
    byId('countdown').textContent = wait;
    byId('heard').textContent = stream.heardAt === null
        ? 'nothing heard yet'
        : `heard ${-secondsUntil(stream.heardAt)} s ago`;
}

const secondsUntil = (time) => Math.ceil((time - Date.now()) / 1_000);

function showTitle() {
    const unread = Array.from(columns.values(), (column) => column.unread ?? 0).reduce((sum, count) => sum + count, 0);
    document.title = unread > 0 ? `(${unread}) Flagpole` : 'Flagpole';
}

function start() {
    startLog();
    startPushing(listenFor, () => { if (stream.isStopped) stream.reconnect(); });
    listenFor([...query.events]);
    setInterval(showTimes, 1_000);
    byId('retry').addEventListener('click', () => stream.reconnect());
    byId('dismiss').addEventListener('click', () => { byId('notice').hidden = true; });
    byId('watch').addEventListener('submit', (event) => {
        event.preventDefault();
        watchFromForm();
    });
    [byId('feed-a').value, byId('feed-b').value] = query.feeds;
    watchFromForm();
    if (columns.size === 0) stream.stop('Name two feeds to watch.');
}

start();
