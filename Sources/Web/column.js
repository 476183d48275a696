// One feed's column: its unread count and its newest notifications, newest first.

import { cardFor } from './card.js';
import { byId } from './dom.js';
import { KeyedList } from './keyed-list.js';

const MOST_CARDS = 100;

export class FeedColumn {
    #feed;
    #parts = {};
    #cards;

    constructor(feed) {
        this.#feed = feed;
        const fragment = byId('column-template').content.cloneNode(true);
        this.element = fragment.firstElementChild;
        for (const part of fragment.querySelectorAll('[data-part]')) this.#parts[part.dataset.part] = part;
        this.element.setAttribute('aria-label', `Feed ${feed}`);
        this.#parts.name.textContent = feed;
        this.#parts.cards.setAttribute('aria-label', `Notifications of ${feed}, newest first`);
        this.#cards = new KeyedList(this.#parts.cards, ({ id }) => id, cardFor, (card, { readAt }) => {
            card.classList.toggle('read', readAt !== null);
        });
    }

    /** Shows what the inbox holds of this feed. */
    show({ items, unreadByFeed }) {
        const own = items.filter(({ feed }) => feed === this.#feed);
        this.#cards.show(own.slice(0, MOST_CARDS));
        const count = unreadByFeed[this.#feed];
        if (count === undefined) return;
        this.element.dataset.inbox = '';
        this.#parts.badge.hidden = false;
        this.#parts.badge.textContent = `${count.toLocaleString()} unread`;
        this.#parts.badge.classList.toggle('none', count === 0);
    }

    /** Says that nothing more is to come, or that something did. */
    setEnded(hasEnded) {
        this.#parts.ended.hidden = !hasEnded;
    }
}
