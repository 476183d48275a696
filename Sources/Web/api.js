// Calls to the bridge's own API, with errors as sentences.

import { inPath } from './names.js';

const PATIENCE_MS = 15_000;

/**
 * Publishes JSON text, an object or an array of them, and returns the ids given.
 *
 * @throws {Error} whose message is fit for the reader
 */
export async function publish(feed, text, headers) {
    const url = new URL(`v1/feeds/${inPath(feed)}/notifications`, document.baseURI);
    headers = { ...headers, 'Content-Type': 'application/json' };
    let response;
    try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        response = await fetch(url, { method: 'POST', headers, body: text, signal });
    } catch (error) {
        throw new Error(error.name === 'TimeoutError' ? 'The server took too long.' : 'The server cannot be reached.');
    }
    if (!response.ok) throw new Error(await explain(response));
    const { ids } = await response.json();
    return ids;
}

/** What an error response says, from its problem document (RFC 9457) if it has one. */
export async function explain(response) {
    const problem = await response.json().catch(() => null);
    const said = [problem?.title, problem?.detail].filter((part) => typeof part === 'string' && part !== '');
    return `${response.status} ${said.join(': ') || response.statusText}`;
}
