// One feed's column: its unread count and its newest notifications, newest first.
//
// It shows only what the stream says, `read`, `unread` and `removed` events included.

import { cardFor } from './card.js';
import { byId, copyable } from './dom.js';
import { recipeFor } from './names.js';

const MOST_CARDS = 100;

export class FeedColumn {
    #parts = {};
    // Newest first, like the cards on the page: {id, card}.
    #entries = [];

    /** The unread count; null for a feed without read state. */
    unread = null;

    constructor(feed) {
        const fragment = byId('column-template').content.cloneNode(true);
        this.element = fragment.firstElementChild;
        for (const part of fragment.querySelectorAll('[data-part]')) this.#parts[part.dataset.part] = part;
        this.element.setAttribute('aria-label', `Feed ${feed}`);
        this.#parts.name.textContent = feed;
        this.#parts.cards.setAttribute('aria-label', `Notifications of ${feed}, newest first`);
        const { how, commands } = recipeFor(feed);
        this.#parts.how.textContent = how;
        this.#parts.commands.append(...commands.map(copyable));
    }

    /** Takes the count from an event; counts are never added up here. */
    setUnread(count) {
        if (!Number.isInteger(count)) return;
        this.unread = count;
        this.element.dataset.inbox = '';
        this.#parts.badge.hidden = false;
        this.#parts.badge.textContent = `${count.toLocaleString()} unread`;
        this.#parts.badge.classList.toggle('none', count === 0);
    }

    add(item) {
        this.#parts.ended.hidden = true;
        this.#put(item);
    }

    /** Shows exactly these, given oldest first. */
    replaceAll(items) {
        for (const { card } of this.#entries) card.remove();
        this.#entries = [];
        for (const item of items) this.#put({ ...item, replay: true });
        this.#tellIfEmpty();
    }

    markRead({ ids, through, all }) {
        for (const entry of this.#entries.filter(this.#reach({ ids, through, all }))) setRead(entry, true);
    }

    markUnread({ ids }) {
        for (const entry of this.#entries.filter(this.#reach({ ids }))) setRead(entry, false);
    }

    remove(id) {
        const index = this.#indexOf(id);
        if (index < 0) return;
        const [{ card }] = this.#entries.splice(index, 1);
        card.remove();
        this.#tellIfEmpty();
    }

    end() {
        this.#parts.ended.hidden = false;
    }

    #put(item) {
        const entry = entryFor(item);
        // The bridge may send an entry again after a reconnect; its id tells.
        const known = entry.id === undefined ? -1 : this.#indexOf(entry.id);
        if (known >= 0) {
            const [old] = this.#entries.splice(known, 1, entry);
            old.card.replaceWith(entry.card);
            return;
        }
        this.#entries.unshift(entry);
        this.#parts.cards.prepend(entry.card);
        if (this.#entries.length === 1) this.#tellIfEmpty();
        if (this.#entries.length > MOST_CARDS) this.#entries.pop().card.remove();
    }

    /** Which entries a `read` or `unread` event means. */
    #reach({ ids, through, all }) {
        if (all) return () => true;
        if (Array.isArray(ids)) return ({ id }) => ids.includes(id);
        // That one and all before it; one that has left the page stood before all that are on it.
        const from = this.#indexOf(through);
        return (_, index) => from >= 0 && index >= from;
    }

    #indexOf(id) {
        return this.#entries.findIndex((entry) => entry.id === id);
    }

    /** An empty feed says how to fill it; a feed that is not leaves that to a click. */
    #tellIfEmpty() {
        this.#parts.recipe.open = this.#entries.length === 0;
    }
}

function entryFor(item) {
    const entry = { id: typeof item.id === 'string' ? item.id : undefined, card: cardFor(item, timeFor(item)) };
    entry.card.classList.toggle('news', !item.replay);
    setRead(entry, typeof item.read_at === 'string');
    return entry;
}

/** When it was stored, where the item says so; else it has just arrived. */
function timeFor({ stored_at: storedAt }) {
    const stored = new Date(typeof storedAt === 'string' ? storedAt : NaN);
    return Number.isNaN(stored.getTime()) ? new Date() : stored;
}

function setRead({ card }, isRead) {
    card.classList.toggle('read', isRead);
}
