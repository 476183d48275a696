import { connect } from '../../Sources/Web/flagpole.js';

/** An inbox in a tab of its own, and what it has told. Its page is frozen, shown and so on by events. */
export class Tab {
    ids = [];
    reasons = [];
    page = new EventTarget();

    constructor(server, options = {}) {
        globalThis.addEventListener = this.page.addEventListener.bind(this.page);
        this.inbox = connect({ feeds: ['user:42'], url: server.url, ...options });
        delete globalThis.addEventListener;
        this.inbox.addEventListener('notification', ({ detail }) => this.ids.push(detail.id));
        this.inbox.addEventListener('state', ({ detail }) => detail.reason && this.reasons.push(detail.reason));
    }

    get isLive() {
        return this.inbox.state.name === 'live';
    }

    /** The list, newest first, with a plus after what is read. */
    get marks() {
        return this.inbox.items.map(({ id, readAt }) => id + (readAt ? '+' : '')).join(' ');
    }

    happen(...types) {
        for (const type of types) this.page.dispatchEvent(new Event(type));
    }
}
