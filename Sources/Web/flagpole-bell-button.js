// The bell itself: a button with a badge, and a sentence for those who cannot see it.

import { element } from './dom.js';
import { bellIcon } from './flagpole-bell-icons.js';
import { part, titleOf } from './flagpole-bell-item.js';
import { filled } from './flagpole-bell-strings.js';

const HIGHEST_COUNT = 99;

export class BellButton {
    #badge = part('span', 'badge');
    element = part('button', 'button', bellIcon(), this.#badge);
    /** Where screen readers hear of what has arrived. */
    news = element('p', 'visually-hidden');

    constructor(onClick) {
        this.#badge.setAttribute('aria-hidden', 'true');
        this.element.type = 'button';
        this.element.setAttribute('aria-controls', 'panel');
        this.element.setAttribute('aria-haspopup', 'dialog');
        this.setExpanded(false);
        this.element.addEventListener('click', onClick);
        this.element.addEventListener('animationend', () => this.element.classList.remove('ringing'));
        this.news.setAttribute('role', 'status');
    }

    show(unread, isOffline, strings) {
        this.#badge.hidden = unread === 0;
        this.#badge.textContent = unread > HIGHEST_COUNT ? `${HIGHEST_COUNT}+` : String(unread);
        const label = filled(unread > 0 ? strings.buttonWithCount : strings.button, { count: unread });
        this.element.setAttribute('aria-label', label);
        this.element.classList.toggle('offline', isOffline);
        this.element.setAttribute('part', isOffline ? 'button offline' : 'button');
    }

    setExpanded(isExpanded) {
        this.element.setAttribute('aria-expanded', String(isExpanded));
    }

    /** Says what has arrived, in one sentence however much it is. */
    announce(items, strings) {
        if (items.length === 1) this.news.textContent = filled(strings.arrived, { title: titleOf(items[0], strings) });
        if (items.length > 1) this.news.textContent = filled(strings.arrivedMany, { count: items.length });
    }

    ring() {
        this.element.classList.add('ringing');
    }
}
