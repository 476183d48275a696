// Flagpole's browser client: one inbox in every tab, over one connection. How to use it: flagpole.d.ts, docs/client.md
//
// One hub in the browser holds the connection, in a SharedWorker or in a tab. It relays each event over a
// BroadcastChannel, with the cursor that stood before it. A tab that stands elsewhere says what it has, and gets the
// hub's list instead. Tabs ask for signs of life; where none comes, the next hub begins with the list of the tab that
// is furthest. Of two hubs the younger goes on and the other ends; what was sent twice meanwhile is known by its id.

const
    // How often a visible tab asks for a sign of life, and how often in vain before it replaces the hub.
    BEAT_MS = 300,
    SILENT_BEATS = 2,
    // In which a new hub hears what the tabs have.
    GATHER_MS = 50,
    // How long a hub outlives its last tab: the next may be on its way.
    LINGER_MS = 1e3,
    TOKEN_MS = 5e3,
    MAX_PAUSE_MS = 3e4,
    // A week.
    CLAIM_MS = 6048e5,
    MOST_ITEMS = 1e3,
    MOST_SEEN = 1e4;

const encode = encodeURIComponent;

/** How far a cursor, `f1.EPOCH.POS`, is; NaN where there is none. */
const positionOf = (cursor) => Number(cursor?.split('.')[2]);

const bearer = (token) => token && { Authorization: `Bearer ${token}` };

const itemOf = ({ feed, id, body, replay = true, read_at: readAt = null, stored_at: storedAt = null }) =>
    ({ feed, id, body, event: typeof body.event === 'string' ? body.event : null, replay, readAt, storedAt });

/** The newest first by when they were stored, but those of each feed as they come: clocks may have been set back. */
function sorted(items) {
    const times = {};
    return items.map((item) => {
        const { feed, storedAt } = item;
        times[feed] = Math.min(times[feed] ?? Infinity, Date.parse(storedAt) || Infinity);
        return [times[feed], item];
    }).sort(([a], [b]) => b - a).map(([, item]) => item);
}

/** What the events add up to: the list, newest first, and the counts, which are always the server's. */
class Ledger extends EventTarget {
    items = [];
    unread = 0;
    unreadByFeed = {};
    cursor = '';
    /** Where its list began without gaps; what a tab has that stands before may be missing here. */
    begin = '';
    /** How many events have moved it: with some rules several have one cursor. */
    size = 0;
    #seen = new Set();
    #paging = null;

    apply({ type, data, cursor }) {
        const { feed, id, ids, through, all, feeds, unread, read_at: readAt = null } = data;
        if (cursor) {
            this.cursor = cursor;
            this.size += 1;
        }
        if (type === 'resync' || (type === 'live' && !this.begin)) this.begin = this.cursor;
        if (data.batch) for (const entry of data.batch) this.apply({ data: entry, cursor });
        // What is never stored has no cursor, and no id that anybody could come back to.
        else if (data.body) this.#add({ ...itemOf(data), ...(cursor ? { cursor } : { id: null }) });
        else if (type === 'resync') {
            this.#replace(sorted(Object.values(feeds).flatMap(({ items }) => items.map(itemOf)).reverse()));
            for (const name in feeds) this.#count({ [name]: feeds[name].unread });
        } else if (feed) {
            const change = { feed, id, ids, through, all, readAt };
            this.#change(change);
            // A page that is on its way may be older; after too many of them paging begins again.
            if (this.#paging?.changes.push(change) > MOST_ITEMS) this.#paging = null;
            this.tell(type === 'unread' ? 'read' : type, change);
        }
        this.#count(feed ? { [feed]: unread } : unread);
    }

    /** All of it, for another to go on from. */
    get snapshot() {
        const { items, unreadByFeed, cursor, begin, size } = this;
        return { items, unreadByFeed, cursor, begin, size };
    }

    /** Where it stands. */
    get place() {
        return `${this.cursor} ${this.size}`;
    }

    restore({ items, unreadByFeed, ...place }) {
        Object.assign(this, place);
        this.#replace(items.map((item) => ({ ...item, replay: true })));
        this.#count(unreadByFeed);
    }

    /** Adds the next page of each feed's history. `load` gets it, given the feed and the id that it ends before. */
    async page(feeds, load) {
        // Unread ones have gaps between them, so paging begins at the newest: what stands there now is the tail.
        const begin = () => (this.#paging = { tail: this.items, paged: new Set(), open: feeds, changes: [] });
        const paging = this.#paging ?? begin();
        const { tail, paged, open, changes } = paging;
        const from = changes.length;
        const lastOf = (feed) => this.items.findLast((item) => item.feed === feed && paged.has(item));
        const pages = await Promise.all(open.map((feed) => load(feed, lastOf(feed)?.id))).catch((error) => {
            // What it was to end before may be gone: from the newest again.
            begin();
            throw error;
        });
        if (this.#paging !== paging) return this.page(feeds, load);
        paging.open = open.filter((_, place) => pages[place].next);
        const list = [...this.items];
        const added = [];
        for (const item of pages.flatMap(({ items = [] }) => items.map(itemOf))) {
            const known = this.find(item);
            // Events do not say when something was stored.
            if (known) known.storedAt = item.storedAt;
            else {
                // Below what has come meanwhile, and the newer ones of its feed.
                const isAbove = (other) => (paged.has(other) ? other.feed === item.feed : !tail.includes(other));
                list.splice(list.findLastIndex(isAbove) + 1, 0, item);
                added.push(item);
            }
            paged.add(known ?? item);
        }
        this.items = sorted(list);
        for (const change of changes.slice(from)) this.#change(change, added);
        return paging.open.length > 0;
    }

    find({ feed, id }) {
        return this.items.find((item) => item.id === id && item.feed === feed);
    }

    tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    /** Removes or marks those of some that an event means. */
    #change({ feed, id, ids, through, all, readAt }, some) {
        this.items = this.items.filter((item) => item.feed !== feed || item.id !== id);
        for (const item of this.items) if (item.feed === feed) {
            all ||= item.id === through;
            if ((all || ids?.includes(item.id)) && (some?.includes(item) ?? true))
                item.readAt = readAt && (item.readAt ?? readAt);
        }
    }

    #replace(items) {
        this.#paging = null;
        this.items = [];
        for (const item of items.reverse()) this.#add(item);
        this.tell('resync');
    }

    /** Lists it, and tells of it once. What is never stored has no id, and is not listed. */
    #add(item) {
        const seen = this.#seen;
        const key = `${item.feed} ${item.id}`;
        const known = this.find(item);
        // From a page that was ahead of the events: those before it were not meant for it.
        if (known) known.readAt = item.readAt;
        else if (item.id) {
            this.items = [item, ...this.items];
            const [cut] = this.items.splice(this.#paging ? MOST_SEEN : MOST_ITEMS);
            if (cut) this.#paging = null;
            if (positionOf(cut?.cursor) > positionOf(this.begin)) this.begin = cut.cursor;
        }
        if (!item.id || !seen.has(key)) this.tell('notification', item);
        seen.add(key);
        if (seen.size > MOST_SEEN) seen.delete(seen.values().next().value);
    }

    #count(counts) {
        for (const feed in counts) {
            // A feed that is no inbox has none.
            if (counts[feed] == null || counts[feed] === this.unreadByFeed[feed]) continue;
            const all = (this.unreadByFeed = { ...this.unreadByFeed, [feed]: counts[feed] });
            this.unread = Object.values(all).reduce((a, b) => a + b);
            this.tell('unread', { count: this.unread, feeds: all });
        }
    }
}

/** Holds the connection and relays it to the tabs, until it is told to end or has to make way. */
const runHub = (key, ending) => new Promise((resolve) => {
    const { url, feeds, credentials, hasToken } = JSON.parse(key);
    const channel = new BroadcastChannel(key);
    const term = Date.now() + Math.random();
    const ledger = new Ledger();
    // The one that was heard last is the last.
    const tabs = new Set();
    let attempt = 0, retryMs = 3e3, pingMs = 15e3, heardAt = Infinity;
    let isOver, isAfresh, starting, state, reason, token, pause, wake, answered, quit;
    const watchdog = setInterval(() => {
        if (state?.name === 'live') attempt = 0;
        // By the clock on the wall, which goes on while a laptop sleeps.
        if (Date.now() - heardAt > 2.5 * pingMs) reconnect();
    }, 1e3);
    const post = (message) =>
        isOver || channel.postMessage({ hub: term, place: ledger.place, state, ...message });

    channel.onmessage = ({ data: { hub, tab, mine, isLeaving, isAwake, token: given } }) => {
        if (hub) return hub > term ? end() : post();
        tabs.delete(tab);
        if (isLeaving) return setTimeout(() => tabs.size || end(), LINGER_MS);
        tabs.add(tab);
        token = given || token;
        if (given !== undefined) answered?.();
        if (given || isAwake) wake?.();
        starting ??= setTimeout(run, GATHER_MS);
        const position = positionOf(mine?.cursor);
        if (!mine) post();
        else if (!state) {
            if (position > (positionOf(ledger.cursor) || -1)) ledger.restore(mine);
        } else if (mine.cursor && !(position >= positionOf(ledger.begin))) {
            // It stands before all that is known here: back to there.
            ledger.restore(mine);
            reconnect();
        } else post({ to: tab, snapshot: ledger.snapshot });
    };
    if (ending) ending.onabort = end;
    // Tabs answer with what they have: until then there is no state.
    post();

    function end() {
        isOver = true;
        channel.close();
        clearInterval(watchdog);
        reconnect();
        answered?.();
        resolve();
    }

    function reconnect() {
        pause = 0;
        quit?.abort();
        wake?.();
    }

    function say(name, reason = '') {
        state = { name, reason, since: Date.now() };
        post();
    }

    async function run() {
        while (!isOver) {
            pause = reason = null;
            say('connecting');
            await read().catch(({ message }) => (reason ??= message));
            heardAt = Infinity;
            say('offline', (reason ??= 'lost'));
            // A token that has expired is replaced at once, unless the one before it was no good either.
            if (reason === 'auth-expired') [token, pause] = [null, attempt ? null : 0];
            if (reason === 'status 403') token = null;
            // Full jitter, so that those whom one cut has thrown out do not come back in step.
            pause ??= Math.random() * Math.min(MAX_PAUSE_MS, retryMs * 2 ** attempt);
            attempt += 1;
            await new Promise((resolve) => {
                wake = resolve;
                // What has ended is asked for again when a tab comes, or is looked at.
                if (reason !== 'ended') setTimeout(wake, pause);
            });
        }
    }

    /** Reads a stream to its end. */
    async function read() {
        if (hasToken && !token) {
            post({ to: [...tabs].pop(), wantsToken: true });
            await new Promise((resolve) => setTimeout((answered = resolve), TOKEN_MS));
            if (isOver) return;
            if (!token) throw new Error('no token');
        }
        heardAt = Date.now();
        const { signal } = (quit = new AbortController());
        const feed = feeds.map((name) => `&feed=${encode(name)}`).join('');
        // A cursor that is not the server's gets the list afresh.
        const cursor = isAfresh ? 'f1.0.0' : ledger.cursor;
        const from = `${url}v1/stream?envelope=1${feed}&last_event_id=${encode(cursor)}`;
        const { status, body } = await fetch(from, { headers: bearer(token), signal, credentials });
        if (status !== 200) throw new Error({ 204: 'ended', 401: 'auth-expired' }[status] ?? `status ${status}`);
        const reader = body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = '';
        for (let part; !(part = await reader.read()).done; ) {
            heardAt = Date.now();
            const blocks = (rest + part.value).split('\n\n');
            rest = blocks.pop();
            blocks.forEach(take);
        }
    }

    function take(block) {
        const { retry, event: type = 'message', data: text, id: cursor } =
            Object.fromEntries(block.split('\n').map((line) => line.split(/: ?(.*)/s)));
        retryMs = +retry || retryMs;
        if (!text) return;
        const data = JSON.parse(text);
        if (type === 'goodbye' || type === 'auth-expired') reason = data.reason ?? type;
        if (type === 'welcome') pingMs = data.ping_ms;
        if (type === 'resync') isAfresh = false;
        if (data.through && !ledger.find({ feed: data.feed, id: data.through })) {
            // Only the server knows which ones are older.
            isAfresh = true;
            reconnect();
            throw new Error('resync');
        }
        const [after, event] = [ledger.place, { type, data, cursor }];
        ledger.apply(event);
        post({ after, event });
        if (type === 'live') say(type);
    }
});

/** Keeps a tab's list as the hub's, and sees to it that there is a hub. Returns how to leave. */
function follow(inbox, key, share, workerUrl) {
    const tab = Math.random();
    const closing = new AbortController();
    let turn, channel, timer, silence, isAsking, term;
    const post = (message) => channel?.postMessage({ tab, ...message });
    const { document } = globalThis;

    function receive({ data: { hub, to, place, state, after, event, snapshot, wantsToken } }) {
        if (!(hub >= term) || (to && to !== tab)) return;
        term = hub;
        silence = 0;
        if (wantsToken) return inbox.getToken().catch(() => '').then((token) => post({ token }));
        if (!state) return post({ mine: inbox.snapshot });
        if (state.since !== inbox.state.since || state.name !== inbox.state.name)
            inbox.tell('state', (inbox.state = state));
        if (event && after === inbox.place) return inbox.apply(event);
        if (place === inbox.place) return;
        if (snapshot) inbox.restore(snapshot);
        else if (!isAsking) {
            isAsking = true;
            post({ mine: inbox.snapshot });
        }
    }

    function elect(isLate) {
        turn?.abort();
        const { signal } = (turn = new AbortController());
        const lead = () => signal.aborted || runHub(key, signal);
        term = silence = 0;
        if (isLate && share[0] === 'worker') share.shift();
        const ways = {
            worker() {
                // The script has to be fetched.
                silence = -10;
                const worker = new SharedWorker(workerUrl, { name: key, type: 'module' });
                // Not late: another tab may hold the connection, and well.
                worker.onerror = () => signal.aborted || (share.shift(), elect());
            },
            // A tab that is frozen keeps its lock, and so does a worker: it is taken from them.
            locks: () => navigator.locks.request(key, isLate ? { steal: true } : { signal }, lead).catch(() => {}),
            // Several may begin at once: all but the youngest make way before any has opened a connection.
            tabs: () => setTimeout(() => term || lead(), isLate ? 0 : 2 * GATHER_MS),
        };
        try {
            ways[share[0]]();
        } catch {
            // Not to be had in this browser, or on this page.
            share.shift();
            elect(isLate);
        }
    }

    // Counted, not timed: a tab that was asleep itself has not been listening.
    function beat(message) {
        clearTimeout(timer);
        timer = setTimeout(beat, document?.hidden ? 30 * BEAT_MS : BEAT_MS);
        isAsking = false;
        if (++silence > SILENT_BEATS) elect(true);
        post(message);
    }

    function join() {
        if (!channel) {
            channel = new BroadcastChannel(key);
            channel.onmessage = receive;
            elect();
        }
        // Several of the page's events come at once: none of them has been waited for.
        silence = Math.min(silence, 0);
        beat({ isAwake: true });
    }

    function leave() {
        clearTimeout(timer);
        turn.abort();
        post({ isLeaving: true });
        channel?.close();
        channel = null;
    }

    const on = (types, listener) => types.split(' ').forEach((type) =>
        globalThis.addEventListener?.(type, listener, { capture: true, signal: closing.signal }));
    // A page that is kept, but stopped, cannot hold the connection for others.
    on('pagehide freeze', leave);
    on('pageshow resume', join);
    on('online', () => channel && join());
    on('visibilitychange', () => channel && !document?.hidden && join());
    join();
    return () => {
        closing.abort();
        leave();
    };
}

/** A tab's end of the inbox. */
class Inbox extends Ledger {
    state = { name: 'connecting', reason: '', since: Date.now() };
    #config;

    constructor({ feeds, url = '.', token, credentials = 'same-origin', workerUrl, share = ['worker', 'locks'] }) {
        super();
        const here = import.meta.url;
        this.getToken = async () => (typeof token === 'function' ? token() : token);
        this.#config = {
            flagpole: 1,
            url: new URL(url.replace(/\/?$/, '/'), here).href,
            feeds: [...new Set(feeds)].sort(),
            credentials,
            hasToken: !!token,
        };
        // A bundle is no script for a worker.
        workerUrl ??= here.includes('/flagpole.js') ? here : 'none:';
        this.close = follow(this, JSON.stringify(this.#config), [...share, 'tabs'], workerUrl);
    }

    markRead = (what) => this.#mark('read', what);
    markUnread = (what) => this.#mark('unread', what);

    remove = (id, feed = this.#feedOf(id)) => this.#ask(feed, `notifications/${encode(id)}`, false, 'DELETE');

    more = () => this.page(this.#config.feeds, (feed, before = '') =>
        this.#ask(feed, `notifications?before=${encode(before)}`, true));

    /** The database decides who is first, and does not forget it when tabs are closed. */
    claim(id, feed = this.#feedOf(id)) {
        return new Promise((resolve, reject) => {
            const opening = indexedDB.open('flagpole');
            opening.onerror = reject;
            opening.onupgradeneeded = () =>
                opening.result.createObjectStore('claims').createIndex('id', 'id', { unique: true });
            opening.onsuccess = () => {
                const claims = opening.result.transaction('claims', 'readwrite').objectStore('claims');
                claims.delete(IDBKeyRange.upperBound(Date.now() - CLAIM_MS));
                const claim = claims.add({ id: `${this.#config.url} ${feed} ${id}` }, Date.now() + Math.random());
                claim.onsuccess = () => resolve(true);
                claim.onerror = () => resolve(false);
                opening.result.close();
            };
        });
    }

    async #mark(verb, { feed, ...what }) {
        const isEach = what.all && !feed;
        const counted = Object.keys(this.unreadByFeed);
        // Before the counts have come, all are asked.
        const all = counted.length ? counted : this.#config.feeds;
        const feeds = isEach ? all : [feed ?? this.#feedOf(what.through ?? what.ids[0])];
        await Promise.all(feeds.map((name) => this.#ask(name, verb, isEach, 'POST', JSON.stringify(what))));
    }

    #feedOf(id) {
        return this.items.find((item) => item.id === id)?.feed ?? this.#config.feeds[0];
    }

    /** Where it is one of all feeds, it may be one that stores nothing, which answers 409. */
    async #ask(feed, path, isEach, method, body) {
        const { url, credentials } = this.#config;
        const headers = { 'Content-Type': 'application/json', ...bearer(await this.getToken()) };
        // What is small is not lost where the page is left at once, as for a notification's link.
        const response = await fetch(`${url}v1/feeds/${encode(feed)}/${path}`, {
            method, body, headers, credentials, keepalive: body?.length < 2e3,
        });
        const { ok, status } = response;
        const answer = await response.json().catch(() => ({}));
        if (ok || (isEach && status === 409)) return answer;
        throw Object.assign(new Error(answer.detail ?? `status ${status}`), { status });
    }
}

/** Opens the inbox of these feeds. */
export const connect = (options) => new Inbox(options);

// As a worker, this file is a hub and nothing else; and one that waits, where a tab holds the connection already.
if (globalThis.SharedWorkerGlobalScope && name.startsWith('{"flagpole":1')) {
    const run = () => runHub(name);
    (navigator.locks?.request(name, run) ?? run()).catch(() => {}).then(close);
}
