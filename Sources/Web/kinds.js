// What the server says about its kinds and its Redis, asked for once.

import { refusalOf, writersGuide } from './api.js';

/** `kinds` by name, and `redis`; `error` in their place where the server tells only its operators. */
export const guide = writersGuide().catch((error) => ({ error }));

/** A feed to begin with beside the first; empty where none may be read, for that would have the stream refused. */
export async function secondFeed() {
    const { kinds } = await guide;
    for (const feed of ['job:7', 'user:43']) {
        if (kinds ? kindOf(feed) in kinds : await refusalOf([feed]) === null) return feed;
    }
    return '';
}

/** The keys of a feed, `list` and `flag`, null where it has none; null where nothing is pushed onto a list of it. */
export function keysOf(feed, kinds) {
    const { source, list, flag } = kinds[kindOf(feed)] ?? {};
    if (source !== 'flag+list' && source !== 'list') return null;
    const [, id] = feed.split(':');
    return { list: list.replace('{id}', id), flag: source === 'list' ? null : flag.replace('{id}', id) };
}

const kindOf = (feed) => feed.split(':')[0];
