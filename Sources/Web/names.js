// Feed names, and the page's own address.

const FEED = /^[a-z][a-z0-9_-]{0,31}:[A-Za-z0-9._@+|-]{1,128}$/;

/** What is wrong with a feed's name, or null. */
export function faultOf(name) {
    if (FEED.test(name)) return null;
    return `${JSON.stringify(name)} is not KIND:ID. KIND: a lower-case letter, then up to 31 of a-z 0-9 _ -. `
        + 'ID: 1 to 128 of A-Z a-z 0-9 . _ @ + - |';
}

/** The first feed and the second that the page's query asks for, null where it does not. */
export function feedsInAddress() {
    const query = new URLSearchParams(location.search);
    return [query.get('a'), query.get('b')];
}

/** Keeps them there, so that a reload or a shared link shows the same. */
export function writeAddress([a, b]) {
    const query = new URLSearchParams(b === undefined ? { a } : { a, b });
    // Colons are legal in a query; left as they are, the address can be read.
    history.replaceState(null, '', `?${query.toString().replaceAll('%3A', ':')}`);
}

/** A feed's name as one segment of a URL's path. */
export const inPath = (feed) => encodeURIComponent(feed).replaceAll('%3A', ':');
