// What drops down from the bell: the list, its buttons, and the keys that walk through it.

import { KeyedList } from './keyed-list.js';
import { part, rowFor, showState } from './flagpole-bell-item.js';

const GAP = 6;

const keyOf = ({ feed, id }) => `${feed} ${id}`;

export class BellPanel {
    #strings;
    #act;
    #list;
    #rows;
    #items = new WeakMap();
    #isInbox = () => false;
    #heading = part('h2', 'heading');
    #markAll = button('mark-all');
    #older = button('older');
    #status = part('p', 'status');
    #empty = part('p', 'empty');
    // The row that the Tab key reaches; arrows make another one that.
    #current = null;

    /** @param {(action: 'open'|'toggle'|'remove'|'mark-all'|'older', item: object?, event: Event) => void} act */
    constructor(strings, act) {
        this.#strings = strings;
        this.#act = act;
        this.#rows = part('ul', 'list');
        // Without its bullets a list is none to some screen readers, unless it says so.
        this.#rows.setAttribute('role', 'list');
        this.#list = new KeyedList(this.#rows, keyOf, (item) => this.#make(item), (row, item) => {
            this.#items.set(row, item);
            showState(row, item, this.#isInbox(item.feed), this.#strings());
        });
        this.#heading.id = 'heading';
        this.#status.setAttribute('role', 'status');
        this.element = part('section', 'panel',
            part('header', 'header', this.#heading, this.#markAll),
            this.#status,
            part('div', 'scroller', this.#rows, this.#empty, this.#older));
        this.element.id = 'panel';
        this.element.tabIndex = -1;
        this.element.hidden = true;
        this.element.setAttribute('role', 'dialog');
        this.element.setAttribute('aria-labelledby', 'heading');
        this.#markAll.addEventListener('click', (event) => act('mark-all', null, event));
        this.#older.addEventListener('click', (event) => act('older', null, event));
        this.element.addEventListener('keydown', (event) => this.#walk(event));
        this.#rows.addEventListener('focusin', ({ target }) => this.#reach(target.closest('.item')));
    }

    /** Shows these items, newest first. */
    show({ items, isInbox, unread, hasOlder, status }) {
        const strings = this.#strings();
        const pressed = this.element.getRootNode().activeElement;
        const rows = [...this.#rows.children];
        const focused = rows.findIndex((row) => row.matches(':focus-within'));
        this.#isInbox = isInbox;
        this.#list.show(items);
        this.#heading.textContent = strings.title;
        this.#markAll.textContent = strings.markAll;
        this.#markAll.disabled = unread === 0;
        this.#older.textContent = strings.older;
        this.#older.hidden = !hasOlder;
        this.#empty.textContent = strings.empty;
        this.#empty.hidden = items.length > 0 || hasOlder;
        if (this.#status.textContent !== status) this.#status.textContent = status;
        if (!this.#current?.isConnected) this.#reach(this.#rows.firstElementChild);
        // What had the focus may be gone: the one that took its place has it now.
        const { children, lastElementChild } = this.#rows;
        if (focused >= 0 && !rows[focused].isConnected) this.#focus(children[focused] ?? lastElementChild);
        // A button that is no more would take the focus with it, out of the reach of the keys.
        if (pressed === this.#markAll && pressed.disabled) this.focus();
        if (pressed === this.#older && pressed.hidden) this.#focus(lastElementChild);
    }

    /** Opens where there is room: below the button or above it, from its end or from its start. */
    showBeside(button) {
        const { top, bottom } = button.getBoundingClientRect();
        const { classList, style } = this.element;
        const isAbove = top > innerHeight - bottom;
        style.setProperty('--beside', `${(isAbove ? innerHeight - top : bottom) + GAP}px`);
        style.setProperty('--room', `${(isAbove ? top : innerHeight - bottom) - 2 * GAP}px`);
        classList.toggle('above', isAbove);
        classList.remove('from-start');
        this.element.hidden = false;
        const { left, right } = this.element.getBoundingClientRect();
        classList.toggle('from-start', left < 0 || right > document.documentElement.clientWidth);
    }

    /** Puts the focus on the newest notification, or on the panel where there is none. */
    focus() {
        this.#focus(this.#rows.firstElementChild);
    }

    #make(item) {
        const row = rowFor(item, this.#strings(), (action, event) => this.#act(action, this.#items.get(row), event));
        this.#setReach(row, false);
        return row;
    }

    #focus(row) {
        (row?.querySelector('.main') ?? this.element).focus();
    }

    #reach(row) {
        if (this.#current) this.#setReach(this.#current, false);
        this.#current = row;
        if (row) this.#setReach(row, true);
    }

    #setReach(row, isReachable) {
        for (const control of row.children) control.tabIndex = isReachable ? 0 : -1;
    }

    #walk(event) {
        const rows = [...this.#rows.children];
        const here = rows.findIndex((row) => row.contains(event.target));
        const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
        if (next !== undefined) this.#focus(rows[Math.max(0, Math.min(rows.length - 1, next))]);
        else if (event.key === 'Delete' && here >= 0) this.#act('remove', this.#items.get(rows[here]), event);
        else return;
        event.preventDefault();
    }
}

function button(name) {
    const made = part('button', name);
    made.type = 'button';
    return made;
}
