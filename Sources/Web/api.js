// Calls to the bridge's own API, with errors as sentences.

import { inPath } from './names.js';

const PATIENCE_MS = 15_000;

/**
 * Sends one call about a feed and returns its JSON.
 *
 * @param {string} tail what follows the feed in the path
 * @param {string} [body] JSON text
 * @throws {Error} whose message is fit for the reader
 */
export async function call(method, feed, tail, body, headers = {}) {
    const url = new URL(`v1/feeds/${inPath(feed)}/${tail}`, document.baseURI);
    if (body !== undefined) headers = { ...headers, 'Content-Type': 'application/json' };
    let response;
    try {
        response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    } catch (error) {
        throw new Error(error.name === 'TimeoutError' ? 'The server took too long.' : 'The server cannot be reached.');
    }
    if (!response.ok) throw new Error(await explain(response));
    return response.json();
}

/** What an error response says, from its problem document (RFC 9457) if it has one. */
export async function explain(response) {
    const problem = await response.json().catch(() => null);
    const said = [problem?.title, problem?.detail].filter((part) => typeof part === 'string' && part !== '');
    return `${response.status} ${said.join(': ') || response.statusText}`;
}
