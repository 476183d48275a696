import { once } from 'node:events';
import { createServer } from 'node:http';

/** A server of one feed that speaks as the bridge does, and misbehaves where a test wants it to. */
export class Server {
    /** Of the requests for streams, in order: `at`, `cursor`, `authorization`, `address`. */
    requests = [];
    /** Answers instead, where it returns true. */
    misbehave = () => false;
    pingMs = 15_000;
    retryMs = 20;
    /** Answers for a page of history, given the id that it ends before, and its feed; where it throws, that one
     *  is unknown, or what its `status` says. */
    page = async () => ({ items: [], next: null });
    /** The feeds that were to be read, and the status that each question is answered with. */
    reads = [];
    answerRead = () => 200;
    /** What a stream with a cursor of another database is given. */
    afresh = [];
    #log = [];
    #streams = new Set();
    #http = createServer((request, response) => this.#answer(request, response));

    async start() {
        await once(this.#http.listen(0, '127.0.0.1'), 'listening');
        this.url = `http://127.0.0.1:${this.#http.address().port}/`;
        return this;
    }

    stop() {
        this.#http.close();
        this.#http.closeAllConnections();
    }

    get streamCount() {
        return this.#streams.size;
    }

    push(...ids) {
        for (const id of ids) this.tell('message', { id, read_at: null, body: { id } });
    }

    /** Logs an event and sends it. */
    tell(type, data) {
        this.#log.push({ type, data });
        this.send(this.#block(this.#log.length, false));
    }

    /** Sends text to all streams. */
    send(text) {
        for (const stream of this.#streams) stream.write(text);
    }

    /** Ends all streams with a last event. */
    end(text) {
        for (const stream of this.#streams) stream.end(text);
    }

    cut() {
        for (const stream of this.#streams) stream.destroy();
    }

    #answer(request, response) {
        const { searchParams, pathname } = new URL(request.url, this.url);
        const [, feed, call] = decodeURIComponent(pathname).match(/^\/v1\/feeds\/([^/]+)\/(\w+)/) ?? [];
        if (call === 'read') {
            this.reads.push(feed);
            return response.writeHead(this.answerRead(feed)).end('{}');
        }
        if (feed) return this.#answerPage(response, searchParams.get('before'), feed);
        const cursor = searchParams.get('last_event_id');
        const { authorization } = request.headers;
        this.requests.push({ at: performance.now(), cursor, authorization, address: request.url });
        if (this.misbehave(response, authorization)) return;
        this.#streams.add(response);
        response.on('close', () => this.#streams.delete(response));
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        const [, epoch, pos] = cursor.split('.');
        const last = this.#log.length;
        const from = epoch === '0' ? last : Number(pos ?? 0);
        const unread = { 'user:42': last };
        response.write(`retry: ${this.retryMs}\n` + event('welcome', from, { ping_ms: this.pingMs, unread }));
        if (epoch === '0')
            response.write(event('resync', last, { feeds: { 'user:42': { items: this.afresh, unread: last } } }));
        for (let pos = from + 1; pos <= last; pos += 1) response.write(this.#block(pos, true));
        response.write(event('live', last, { unread }));
    }

    #answerPage(response, before, feed) {
        const answer = (status, body) =>
            response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
        this.page(before, feed)
            .then((page) => answer(200, page), ({ message, status = 404 }) => answer(status, { detail: message }));
    }

    #block(pos, replay) {
        const { type, data } = this.#log[pos - 1];
        return event(type, pos, { feed: 'user:42', replay, unread: pos, ...data });
    }
}

/** A notification as history shows it. */
export const stored = (id, readAt = null) =>
    ({ feed: 'user:42', id, body: { id }, stored_at: '2026-01-01T00:00:00.000Z', read_at: readAt });

const event = (type, pos, data) => `id: f1.e.${pos}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Waits until a condition holds. */
export async function eventually(condition) {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
        if (performance.now() > deadline) throw new Error(`not in time: ${condition}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
    }
}
