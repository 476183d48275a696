// What the server says about its kinds and its Redis, asked for once.

import { refusalOf, writersGuide } from './api.js';

/** `kinds` by name, and `redis`; `error` in their place where the server tells only its operators. */
export const guide = writersGuide().catch((error) => ({ error }));

/** Whether the server is known to have a kind of this feed. */
export async function isDeclared(feed) {
    const { kinds } = await guide;
    if (kinds) return kindOf(feed) in kinds;
    return await refusalOf([feed]) === null;
}

/** The keys of a feed, `list` and `flag`, null where it has none; null where nothing is pushed onto a list of it. */
export function keysOf(feed, kinds) {
    const { source, list, flag } = kinds[kindOf(feed)] ?? {};
    if (source !== 'flag+list' && source !== 'list') return null;
    const [, id] = feed.split(':');
    return { list: list.replace('{id}', id), flag: source === 'list' ? null : flag.replace('{id}', id) };
}

const kindOf = (feed) => feed.split(':')[0];
