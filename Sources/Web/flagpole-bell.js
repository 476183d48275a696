// <flagpole-bell feed="user:42">: a bell with a count, and the inbox that drops down from it.
//
//     <script type="module" src="/flagpole-bell.js"></script>
//     <flagpole-bell feed="user:42"></flagpole-bell>
//
// What is in a notification only ever enters the page as text.

import { connect } from './flagpole.js';
import { BellButton } from './flagpole-bell-button.js';
import { feedsOf, optionsFrom } from './flagpole-bell-connection.js';
import { BellPanel } from './flagpole-bell-panel.js';
import { filled, strings } from './flagpole-bell-strings.js';
import { styleSheet } from './flagpole-bell-style.js';

const INBOX_EVENTS = ['notification', 'unread', 'read', 'removed', 'resync', 'state'];

export class FlagpoleBell extends HTMLElement {
    static observedAttributes = ['feed', 'url', 'token-url'];
    /** The words of all bells. A bell's own `strings` go before them. */
    static strings = strings;

    #inbox = null;
    #isOwnInbox = false;
    #options = {};
    #ownStrings = {};
    #listening = null;
    #hasOlder = true;
    #hasHistory = false;
    #oldest;
    #error = '';
    #arrived = [];
    #isDrawing = false;
    #button = new BellButton(() => (this.isOpen ? this.close() : this.open()));
    #panel = new BellPanel(() => this.strings, (...what) => this.#act(...what));

    constructor() {
        super();
        const root = this.attachShadow({ mode: 'open' });
        root.adoptedStyleSheets = [styleSheet];
        root.append(this.#button.element, this.#button.news, this.#panel.element);
        root.addEventListener('keydown', (event) => this.#key(event));
        root.addEventListener('focusout', ({ relatedTarget }) => {
            if (relatedTarget !== null && !root.contains(relatedTarget)) this.#hide();
        });
        // What was set before the element was defined.
        for (const name of ['inbox', 'connectOptions', 'strings']) {
            if (!Object.hasOwn(this, name)) continue;
            const value = this[name];
            delete this[name];
            this[name] = value;
        }
    }

    /** The inbox that it shows: its own, or one that the page hands in to use it for more than the bell. */
    get inbox() {
        return this.#inbox;
    }

    set inbox(inbox) {
        this.#release();
        this.#inbox = inbox;
        if (this.isConnected) this.#start();
    }

    /** What `connect` is given beside the attributes: a token function, a worker's address. */
    get connectOptions() {
        return this.#options;
    }

    set connectOptions(options) {
        this.#options = options;
        this.#reconnect();
    }

    get strings() {
        return { ...FlagpoleBell.strings, ...this.#ownStrings };
    }

    set strings(own) {
        this.#ownStrings = own;
        this.#draw();
    }

    get isOpen() {
        return !this.#panel.element.hidden;
    }

    open() {
        if (this.isOpen) return;
        this.#error = '';
        this.#drawPanel();
        this.#panel.showBeside(this.#button.element);
        this.#button.setExpanded(true);
        document.addEventListener('pointerdown', this.#onPointerDown);
        this.#panel.focus();
        // History knows what streams do not tell: when each was stored, and what was read before.
        if (!this.#hasHistory && this.#inbox !== null) this.#loadOlder();
    }

    /** Closes the list and gives the focus back to the bell. */
    close() {
        if (!this.isOpen) return;
        this.#button.element.focus();
        this.#hide();
    }

    connectedCallback() {
        this.#start();
    }

    disconnectedCallback() {
        // An element that is only moved is back by then.
        queueMicrotask(() => {
            if (this.isConnected) return;
            this.#hide();
            this.#release();
        });
    }

    attributeChangedCallback() {
        this.#reconnect();
    }

    get #feeds() {
        return feedsOf(this);
    }

    get #counts() {
        return this.#inbox?.unreadByFeed ?? {};
    }

    /** Of an inbox that the page handed in it shows the feeds that the attribute names, or all that are to be read. */
    #isShown = (feed) => (this.#feeds.length > 0 ? this.#feeds.includes(feed) : feed in this.#counts);

    get #items() {
        return (this.#inbox?.items ?? []).filter(({ feed }) => this.#isShown(feed));
    }

    get #unread() {
        return this.#inboxFeeds.reduce((sum, feed) => sum + this.#counts[feed], 0);
    }

    #reconnect() {
        this.#release();
        if (this.isConnected) this.#start();
    }

    #start() {
        if (this.#inbox === null && this.#feeds.length > 0) {
            this.#inbox = connect({ ...optionsFrom(this), ...this.#options });
            this.#isOwnInbox = true;
        }
        if (this.#inbox !== null && this.#listening === null) {
            this.#listening = new AbortController();
            this.#forgetHistory();
            const { signal } = this.#listening;
            for (const type of INBOX_EVENTS) this.#inbox.addEventListener(type, () => this.#draw(), { signal });
            this.#inbox.addEventListener('resync', () => this.#forgetHistory(), { signal });
            this.#inbox.addEventListener('state', ({ detail }) => this.#note(detail), { signal });
            this.#inbox.addEventListener('removed', () => this.#noteOldest(), { signal });
            this.#inbox.addEventListener('notification', ({ detail }) => this.#tell(detail), { signal });
        }
        this.#draw();
    }

    /** What did not work without a connection may work now. */
    #note({ name }) {
        if (name !== 'live') return;
        this.#error = '';
        if (this.isOpen && !this.#hasHistory) this.#loadOlder();
    }

    #forgetHistory() {
        this.#hasOlder = true;
        this.#hasHistory = false;
    }

    #noteOldest() {
        this.#oldest = this.#inbox.items.at(-1);
    }

    #release() {
        this.#listening?.abort();
        this.#listening = null;
        if (!this.#isOwnInbox) return;
        this.#inbox.close();
        this.#inbox = null;
        this.#isOwnInbox = false;
    }

    /** Draws once for all that happens in one turn. */
    #draw() {
        if (this.#isDrawing) return;
        this.#isDrawing = true;
        queueMicrotask(() => {
            this.#isDrawing = false;
            this.#drawNow();
        });
    }

    #drawNow() {
        const words = this.strings;
        this.#button.show(this.#unread, this.#state === 'offline', words);
        if (this.isOpen) this.#drawPanel();
        this.#button.announce(this.#arrived.splice(0), words);
    }

    get #state() {
        return this.#inbox?.state.name ?? 'connecting';
    }

    #drawPanel() {
        this.#panel.show({
            items: this.#items,
            isInbox: (feed) => feed in this.#counts,
            unread: this.#unread,
            hasOlder: this.#hasOlder && this.#inbox !== null,
            status: this.#error || (this.strings[this.#state] ?? ''),
        });
    }

    /** Tells the page of what is new: in one tab only, so that there is one toast, and one sound. */
    async #tell(item) {
        // Of a list that grew too long the end was cut off, and can be loaded again.
        const last = this.#inbox.items.at(-1);
        this.#oldest ??= last;
        if (last !== this.#oldest) this.#hasOlder = true;
        // What has no id, such as somebody typing, is never listed, and nobody could be the only one to tell of it.
        if (item.replay || !item.id || !this.#isShown(item.feed)) return;
        item.arrivedAt = Date.now();
        this.#arrived.push(item);
        // A browser that refuses its database to the page must not cost it the notification.
        if (!(await this.#inbox.claim(item.id, item.feed).catch(() => true))) return;
        if (this.dispatchEvent(tellingOf('flagpole-notification', item))) this.#button.ring();
    }

    async #act(action, item, event) {
        const inbox = this.#inbox;
        const { feed, id } = item ?? {};
        const isUnread = item?.readAt === null && feed in this.#counts;
        this.#error = '';
        try {
            if (action === 'mark-all') await this.#markAll();
            if (action === 'older') await this.#loadOlder();
            if (action === 'remove') await inbox.remove(id, feed);
            if (action === 'toggle') await inbox[isUnread ? 'markRead' : 'markUnread']({ ids: [id], feed });
            if (action === 'open') await this.#follow(item, isUnread, event);
        } catch (error) {
            this.#error = filled(this.strings.failed, { reason: error.message });
        }
        this.#draw();
    }

    /** A notification was chosen: the page may do something better than to follow its link. */
    #follow(item, isUnread, event) {
        if (!this.dispatchEvent(tellingOf('flagpole-open', item))) event.preventDefault();
        return isUnread ? this.#inbox.markRead({ ids: [item.id], feed: item.feed }) : null;
    }

    #markAll() {
        return Promise.all(this.#inboxFeeds.map((feed) => this.#inbox.markRead({ all: true, feed })));
    }

    get #inboxFeeds() {
        return Object.keys(this.#counts).filter(this.#isShown);
    }

    async #loadOlder() {
        this.#hasHistory = true;
        try {
            this.#hasOlder = await this.#inbox.more();
            this.#noteOldest();
        } catch (error) {
            this.#hasHistory = false;
            this.#error = filled(this.strings.failed, { reason: error.message });
        }
        this.#draw();
    }

    #hide() {
        this.#panel.element.hidden = true;
        this.#button.setExpanded(false);
        document.removeEventListener('pointerdown', this.#onPointerDown);
    }

    #onPointerDown = (event) => {
        if (!event.composedPath().includes(this)) this.#hide();
    };

    #key(event) {
        if (event.key === 'Escape' && this.isOpen) this.close();
        else if (event.key === 'ArrowDown' && event.target === this.#button.element) this.open();
        else return;
        event.preventDefault();
        event.stopPropagation();
    }
}

const tellingOf = (type, item) =>
    new CustomEvent(type, { detail: item, bubbles: true, composed: true, cancelable: true });

customElements.define('flagpole-bell', FlagpoleBell);
