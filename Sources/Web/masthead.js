// The state of the connection, at the top of a page.

import { refusalOf } from './api.js';
import { byId } from './dom.js';

const NAMES = { connecting: 'Connecting', live: 'Live', offline: 'Offline' };

/** Shows the state of an inbox, and why it is offline where the server says. */
export async function showState(inbox, feeds, onRefusal = ({ message }) => showNotice(message)) {
    const { state } = inbox;
    byId('pill').dataset.phase = state.name;
    // Set only when it changes, so that a screen reader hears it once.
    if (byId('phase').textContent !== NAMES[state.name]) byId('phase').textContent = NAMES[state.name];
    if (state.name === 'live') byId('notice').hidden = true;
    if (state.name !== 'offline') return;
    if (state.reason === 'ended')
        showNotice('Every feed has ended. Once something new is pushed, come back to this tab or reload it.');
    if (state.reason === 'auth-expired') showNotice('Your access has expired. Sign in again where you got it.');
    const refusal = await refusalOf(feeds);
    if (refusal !== null && inbox.state.name !== 'live') onRefusal(refusal);
}

export function showNotice(text) {
    byId('notice-text').textContent = text;
    byId('notice').hidden = false;
}
