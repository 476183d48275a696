// Calls to the bridge's own API, with errors as sentences.

import { inPath } from './names.js';
import { askForKey, authorization } from './sign-in.js';

const PATIENCE_MS = 15_000;

/**
 * Publishes JSON text, an object or an array of them, and returns the ids given.
 *
 * @throws {Error} whose message is fit for the reader
 */
export async function publish(feed, text, headers) {
    headers = { ...headers, 'Content-Type': 'application/json' };
    const response = await ask(`v1/feeds/${inPath(feed)}/notifications`, { method: 'POST', headers, body: text });
    const { ids } = await response.json();
    return ids;
}

/** A feed's newest notifications as they are stored, newest first. */
export async function historyOf(feed, limit) {
    const response = await ask(`v1/feeds/${inPath(feed)}/notifications?limit=${limit}`);
    return (await response.json()).items;
}

// Not 409, of a feed that stores nothing, nor 429, which passes.
const REFUSALS = [400, 401, 403, 404];

/** The error that keeps one of these feeds from being watched for good; null where nothing speaks against it. */
export async function refusalOf(feeds) {
    for (const feed of feeds) {
        const error = await historyOf(feed, 1).then(() => null, (caught) => caught);
        if (REFUSALS.includes(error?.status)) return error;
    }
    return null;
}

/** The keys of each kind, and how to reach Redis. */
export async function writersGuide() {
    const response = await ask('v1/kinds');
    return response.json();
}

/** Watched feeds and how many streams each has. */
export async function presence() {
    const response = await ask('v1/presence');
    return (await response.json()).feeds;
}

/** What was set aside, newest first, and how much there is in all. */
export async function quarantine(limit) {
    const response = await ask(`v1/quarantine?limit=${limit}`);
    return response.json();
}

export async function metricsText() {
    const response = await ask('metrics');
    return response.text();
}

async function ask(path, request) {
    let response;
    try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const headers = { ...authorization, ...request?.headers };
        response = await fetch(new URL(path, document.baseURI), { ...request, headers, signal, cache: 'no-store' });
    } catch (error) {
        throw new Error(error.name === 'TimeoutError' ? 'The server took too long.' : 'The server cannot be reached.');
    }
    if (response.ok) return response;
    if (response.status === 401 || response.status === 403) askForKey();
    throw Object.assign(new Error(await explain(response)), { status: response.status });
}

/** What an error response says, from its problem document (RFC 9457) if it has one. */
async function explain(response) {
    const problem = await response.json().catch(() => null);
    const said = [problem?.title, problem?.detail].filter((part) => typeof part === 'string' && part !== '');
    return `${response.status} ${said.join(': ') || response.statusText}`;
}
