// Which feeds are watched, and by how many streams.

import { presence } from './api.js';
import { byId, element } from './dom.js';
import { KeyedList } from './keyed-list.js';

const MOST_ROWS = 12;

const rows = new KeyedList(byId('watched-rows'), ([feed]) => feed,
    ([feed]) => element('tr', '', element('th', 'mono', feed), element('td', 'tabular number', '')),
    (row, [, streams]) => { row.lastElementChild.textContent = streams.toLocaleString(); });

/** Shows the feeds that most streams are open for. */
export async function showWatched() {
    try {
        const feeds = Object.entries(await presence());
        feeds.sort(([nameA, a], [nameB, b]) => b - a || nameA.localeCompare(nameB));
        rows.show(feeds.slice(0, MOST_ROWS));
        byId('watched-count').textContent = feeds.length.toLocaleString();
        byId('watched-note').textContent = feeds.length > MOST_ROWS ? `and ${feeds.length - MOST_ROWS} more` : '';
    } catch (error) {
        byId('watched-note').textContent = error.message;
    }
}
