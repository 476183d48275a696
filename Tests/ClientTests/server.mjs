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
    #entries = [];
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
        for (const id of ids) {
            this.#entries.push(id);
            this.send(this.#block(id, this.#entries.length, false));
        }
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
        const { searchParams } = new URL(request.url, this.url);
        const cursor = searchParams.get('last_event_id');
        const { authorization } = request.headers;
        this.requests.push({ at: performance.now(), cursor, authorization, address: request.url });
        if (this.misbehave(response, authorization)) return;
        this.#streams.add(response);
        response.on('close', () => this.#streams.delete(response));
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        const from = Number(cursor.split('.')[2] ?? 0);
        const unread = { 'user:42': this.#entries.length };
        response.write(`retry: ${this.retryMs}\n` + event('welcome', from, { ping_ms: this.pingMs, unread }));
        for (let pos = from + 1; pos <= this.#entries.length; pos += 1)
            response.write(this.#block(this.#entries[pos - 1], pos, true));
        response.write(event('live', this.#entries.length, { unread }));
    }

    #block(id, pos, replay) {
        return event('message', pos, { feed: 'user:42', id, replay, read_at: null, unread: pos, body: { id } });
    }
}

const event = (type, pos, data) => `id: f1.e.${pos}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Waits until a condition holds. */
export async function eventually(condition) {
    const deadline = performance.now() + 10_000;
    while (!condition()) {
        if (performance.now() > deadline) throw new Error(`not in time: ${condition}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
    }
}
