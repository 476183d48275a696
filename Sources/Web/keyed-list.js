// A list on the page that follows a list of items.

/** Keeps the children of an element in step with items; what stays is not touched, so it keeps focus and scroll. */
export class KeyedList {
    #parent;
    #keyOf;
    #make;
    #update;
    #rows = new Map();

    /**
     * @param {Element} parent whose children are this list's alone
     * @param {(item) => string} keyOf what an item is recognised by
     * @param {(item) => Element} make
     * @param {(row: Element, item) => void} update is called whenever the list is shown
     */
    constructor(parent, keyOf, make, update = () => {}) {
        this.#parent = parent;
        this.#keyOf = keyOf;
        this.#make = make;
        this.#update = update;
    }

    show(items) {
        const keys = new Set(items.map(this.#keyOf));
        for (const [key, row] of this.#rows) {
            if (keys.has(key)) continue;
            row.remove();
            this.#rows.delete(key);
        }
        let next = this.#parent.firstElementChild;
        for (const item of items) {
            const row = this.#rowFor(item);
            this.#update(row, item);
            if (row === next) next = next.nextElementSibling;
            else this.#parent.insertBefore(row, next);
        }
    }

    #rowFor(item) {
        const key = this.#keyOf(item);
        const known = this.#rows.get(key);
        if (known) return known;
        const made = this.#make(item);
        this.#rows.set(key, made);
        return made;
    }
}
