// One EventSource, kept alive.
//
// EventSource reconnects by itself after a lost connection, but gives up for good on
// any answer but 200, hides the status from the page, and never notices a connection
// that has gone silent. This class adds what is missing: it asks for the reason, comes
// back with back-off and the last cursor, and watches for silence.

import { explain } from './api.js';

const SERVER_EVENTS = [
    'message', 'welcome', 'live', 'ping', 'read', 'unread', 'removed', 'resync', 'end', 'goodbye', 'auth-expired',
];
/** Names that no entry can send; the last two are EventSource's own. */
const RESERVED = new Set([...SERVER_EVENTS, 'open', 'error']);
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;
const SILENT_PINGS = 2.5;

/** 4xx that a later attempt may not meet: timeout, too early, too many requests. */
const PASSING_STATUSES = new Set([408, 425, 429]);

export class FeedStream {
    #onState;
    #onEvent;
    #source = null;
    #probe = null;
    #timer = null;
    #feeds = [];
    #names = new Set();
    #cursor = '';
    #attempt = 0;
    #pingMs = 15_000;

    /** When the server was last heard, in Unix milliseconds; null before the first event. */
    heardAt = null;
    // When anything happened at all, a failure included: what the watchdog measures from.
    #stirredAt = 0;

    /**
     * @param {(state: {phase: string, reason?: string, retryAt?: number}) => void} onState
     *   phase is connecting, live, reconnecting or offline
     * @param {(event: {type: string, id: string, text: string, message: object}) => void} onEvent
     */
    constructor(onState, onEvent) {
        this.#onState = onState;
        this.#onEvent = onEvent;
        setInterval(() => this.#watch(), 1_000);
        // The network is back: no need to sit out the pause.
        addEventListener('online', () => { if (this.#timer !== null) this.reconnect(); });
        // A page kept for the back button would keep its connection too.
        addEventListener('pagehide', () => this.#drop());
        addEventListener('pageshow', ({ persisted }) => { if (persisted) this.reconnect(); });
    }

    /** The address without a cursor, as one would give it to curl. */
    get url() {
        const url = new URL('v1/stream', document.baseURI);
        for (const feed of this.#feeds) url.searchParams.append('feed', feed);
        url.searchParams.set('envelope', '1');
        return url.href.replaceAll('%3A', ':');
    }

    get isStopped() {
        return this.#source === null && this.#probe === null && this.#timer === null;
    }

    /** Watches these feeds from their beginning; a cursor holds only for the feeds it came with. */
    watch(feeds) {
        this.#feeds = feeds;
        this.#cursor = '';
        this.heardAt = null;
        this.reconnect();
    }

    /** Listens for an event name of the application's own. */
    listen(name) {
        if (RESERVED.has(name) || this.#names.has(name)) return;
        this.#names.add(name);
        this.#source?.addEventListener(name, this.#received);
    }

    /** Connects now, whatever was going on. */
    reconnect() {
        this.#attempt = 0;
        this.#connect();
    }

    /** Gives up until the next `reconnect` or `watch`. */
    stop(reason) {
        this.#drop();
        this.#onState({ phase: 'offline', reason });
    }

    #connect() {
        this.#drop();
        this.#stirredAt = Date.now();
        this.#onState({ phase: 'connecting' });
        const source = new EventSource(this.#urlFromCursor());
        source.addEventListener('open', () => this.#stirred());
        source.addEventListener('error', () => this.#failed(source));
        for (const name of [...SERVER_EVENTS, ...this.#names]) source.addEventListener(name, this.#received);
        this.#source = source;
    }

    #urlFromCursor() {
        return this.#cursor ? `${this.url}&last_event_id=${encodeURIComponent(this.#cursor)}` : this.url;
    }

    #drop() {
        this.#source?.close();
        this.#probe?.abort();
        clearTimeout(this.#timer);
        this.#source = this.#probe = this.#timer = null;
    }

    #stirred() {
        this.#stirredAt = Date.now();
    }

    #received = (event) => {
        // A source that was closed may still have events on their way.
        if (event.target !== this.#source) return;
        this.#stirred();
        this.heardAt = this.#stirredAt;
        if (event.lastEventId) this.#cursor = event.lastEventId;
        const message = parsed(event.data);
        if (event.type === 'welcome' && message.ping_ms > 0) this.#pingMs = message.ping_ms;
        if (event.type === 'live') {
            this.#attempt = 0;
            this.#onState({ phase: 'live' });
        }
        this.#onEvent({ type: event.type, id: event.lastEventId, text: event.data, message });
    };

    #failed(source) {
        if (source !== this.#source) return;
        this.#stirred();
        if (source.readyState === EventSource.CLOSED) {
            this.#findOutWhy();
        } else {
            // The browser comes back by itself, after a pause that it does not tell.
            this.#onState({ phase: 'reconnecting' });
        }
    }

    /** Asks once more with fetch, which shows the status, and drops the answer. */
    async #findOutWhy() {
        this.#drop();
        const probe = this.#probe = new AbortController();
        this.#onState({ phase: 'reconnecting' });
        let verdict;
        try {
            const response = await fetch(this.#urlFromCursor(), { signal: probe.signal, cache: 'no-store' });
            verdict = await judge(response);
        } catch {
            verdict = { final: false, reason: 'The server cannot be reached.' };
        }
        // A 200 is a whole stream: left open it would hold one of the browser's few connections.
        probe.abort();
        if (probe !== this.#probe) return;
        if (verdict.final) this.stop(verdict.reason);
        else this.#backOff(verdict.reason);
    }

    /** Full jitter, so that the pages a restart has cut off do not come back in step. */
    #backOff(reason) {
        this.#drop();
        const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#attempt);
        const pause = Math.random() * ceiling;
        this.#attempt += 1;
        this.#timer = setTimeout(() => this.#connect(), pause);
        this.#onState({ phase: 'reconnecting', reason, retryAt: Date.now() + pause });
    }

    /** Wall-clock time, because it goes on while a laptop sleeps. */
    #watch() {
        const allowed = SILENT_PINGS * this.#pingMs;
        const isWaitingForServer = this.#source !== null || this.#probe !== null;
        if (!isWaitingForServer || Date.now() - this.#stirredAt <= allowed) return;
        this.#backOff(`Nothing was heard for ${Math.round(allowed / 1_000)} s.`);
    }
}

/** Every event carries a JSON object; anything else counts as an empty one. */
function parsed(text) {
    try {
        const value = JSON.parse(text);
        return value !== null && typeof value === 'object' ? value : {};
    } catch {
        return {};
    }
}

/** Whether an answer means that no attempt can succeed, and what it says. */
async function judge(response) {
    const { status } = response;
    if (status === 204) return { final: true, reason: 'Every feed has ended; a new push opens them again.' };
    if (status >= 400) {
        return { final: status < 500 && !PASSING_STATUSES.has(status), reason: await explain(response) };
    }
    const type = response.headers.get('Content-Type') ?? 'no content type';
    const isStream = type.startsWith('text/event-stream');
    return { final: false, reason: isStream ? '' : `The answer is ${type}, not an event stream.` };
}
