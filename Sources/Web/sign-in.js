// Who the page asks as, where the server wants to know: an admin key, or a token. It is kept for this tab alone.

import { byId } from './dom.js';

const NAME = 'flagpole-key';

/** The key that was given; undefined where none was, or where the browser keeps nothing. */
export const key = stored() ?? undefined;

/** The header that shows it. */
export const authorization = key ? { Authorization: `Bearer ${key}` } : {};

function stored() {
    try {
        return sessionStorage.getItem(NAME);
    } catch {
        return null;
    }
}

/** Asks for it, or for a better one. */
export function askForKey() {
    byId('sign-in').hidden = false;
}

byId('sign-in').addEventListener('submit', (event) => {
    event.preventDefault();
    sessionStorage.setItem(NAME, byId('key').value.trim());
    // Everything begins anew with it.
    location.reload();
});
