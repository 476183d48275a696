import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { connect } from '../../Sources/Web/flagpole.js';
import { eventually, Server } from './server.mjs';

let server, tabs;

beforeEach(async () => {
    server = await new Server().start();
    tabs = [];
});

afterEach(() => {
    for (const { inbox } of tabs) inbox.close();
    server.stop();
});

function open(feeds = ['user:42']) {
    const inbox = connect({ feeds, url: server.url });
    const tab = { inbox, ids: [] };
    inbox.addEventListener('notification', ({ detail }) => tab.ids.push(detail.id));
    tabs.push(tab);
    return tab;
}

const all = (ids) => eventually(() => tabs.every((tab) => tab.ids.length >= ids.length)).then(() => {
    for (const tab of tabs) {
        assert.deepEqual(tab.ids, ids);
        assert.deepEqual(tab.inbox.items.map(({ id }) => id), ids.toReversed());
        assert.equal(tab.inbox.unread, ids.length);
    }
});

test('tabs that open in the same moment agree on one before any has connected', async () => {
    server.push('a');
    for (let count = 0; count < 12; count += 1) open();
    await all(['a']);
    assert.equal(server.requests.length, 1);
});

test('each that holds the connection leaves in turn, and the next goes on where all stand', async () => {
    for (let count = 0; count < 5; count += 1) open();
    const ids = [];
    while (tabs.length > 1) {
        ids.push(`n${ids.length + 1}`);
        server.push(ids.at(-1));
        await all(ids);
        tabs.shift().inbox.close();
        // Pushed while nobody is connected, or to one that has just left.
        ids.push(`n${ids.length + 1}`);
        server.push(ids.at(-1));
    }
    await all(ids);
    await eventually(() => server.streamCount === 1);
    const cursors = server.requests.map(({ cursor }) => Number(cursor.split('.')[2] ?? 0));
    // Strictly on, from the first that began with nothing.
    assert.ok(cursors.every((cursor, place) => place === 0 || cursor > cursors[place - 1]), `${cursors}`);
});

test('a tab of other feeds has a connection of its own', async () => {
    open();
    open(['user:42', 'job:7']);
    open(['job:7', 'user:42']);
    await eventually(() => tabs.every(({ inbox }) => inbox.state.name === 'live'));
    assert.equal(server.streamCount, 2);
});

test('an inbox that is closed and opened again keeps the connection while another tab is there', async () => {
    open();
    await eventually(() => tabs[0].inbox.state.name === 'live');
    server.push('a');
    for (let count = 0; count < 3; count += 1) {
        open();
        await all(['a']);
        tabs.pop().inbox.close();
    }
    assert.equal(server.requests.length, 1);
});

test('a long list is cut, the newest stay', async () => {
    open();
    await eventually(() => tabs[0].inbox.state.name === 'live');
    const ids = Array.from({ length: 1_100 }, (_, place) => `n${place}`);
    server.push(...ids);
    await eventually(() => tabs[0].ids.length === ids.length);
    assert.deepEqual(tabs[0].inbox.items.map(({ id }) => id), ids.slice(-1_000).reverse());
});
