// Feed names, the page's own address, and the commands that write to a feed.

const FEED = /^[a-z][a-z0-9_-]{0,31}:[A-Za-z0-9._@+|-]{1,128}$/;
const UNQUOTED = /^[\w@%+=:,./-]+$/;
const SOCKET = 'data/redis.sock';

/** What is wrong with a feed's name, or null. */
export function faultOf(name) {
    if (FEED.test(name)) return null;
    return `${JSON.stringify(name)} is not KIND:ID. KIND: a lower-case letter, then up to 31 of a-z 0-9 _ -. `
        + 'ID: 1 to 128 of A-Z a-z 0-9 . _ @ + - |';
}

/** The feeds and event names that the page's query asks for. */
export function readQuery() {
    const query = new URLSearchParams(location.search);
    return {
        feeds: [query.get('a') ?? 'user:42', query.get('b') ?? 'job:7'],
        events: new Set(['demo', ...query.getAll('event')]),
    };
}

/** Keeps them there, so that a reload or a shared link shows the same. */
export function writeQuery({ feeds: [a, b], events }) {
    const query = new URLSearchParams({ a, b });
    for (const name of events) if (name !== 'demo') query.append('event', name);
    // Colons are legal in a query; left as they are, the address can be read.
    history.replaceState(null, '', `?${query.toString().replaceAll('%3A', ':')}`);
}

/** A feed's name as one segment of a URL's path. */
export const inPath = (feed) => encodeURIComponent(feed).replaceAll('%3A', ':');

/** How to write a notification from a shell: by plain Redis where the keys are known, else by the command line. */
export function recipeFor(feed) {
    const [kind, id] = feed.split(':');
    // Only this kind is built in; the keys of others are the configuration's own.
    if (kind !== 'user') {
        return { how: 'In a shell beside the server:', commands: [`flagpole push ${quoted(feed)} --title Hello`] };
    }
    const commands = [
        `redis-cli -s ${SOCKET} RPUSH ${quoted(`notifications:user:${id}`)} '{"title":"Hello"}'`,
        `redis-cli -s ${SOCKET} SET ${quoted(`user:${id}:has_new_notification`)} 1`,
    ];
    return { how: 'Two Redis commands, from any language, or in a shell beside the server:', commands };
}

// An ID may hold a vertical bar, which a shell would take for a pipe.
const quoted = (word) => (UNQUOTED.test(word) ? word : `'${word}'`);
