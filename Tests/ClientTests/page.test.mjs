import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { eventually, Server } from './server.mjs';
import { Tab } from './tabs.mjs';

let server, tabs;

beforeEach(async () => {
    server = await new Server().start();
    tabs = [];
});

afterEach(() => {
    for (const { inbox } of tabs) inbox.close();
    server.stop();
});

async function openLive() {
    const tab = new Tab(server);
    tabs.push(tab);
    await eventually(() => tab.isLive);
    return tab;
}

test('a page that was frozen while more came than a list holds misses nothing', async () => {
    const [sleeper, other] = [await openLive(), await openLive()];
    server.push('first');
    await eventually(() => tabs.every(({ ids }) => ids.length === 1));
    sleeper.happen('freeze');
    const ids = ['first', ...Array.from({ length: 1_500 }, (_, place) => `n${place}`)];
    server.push(...ids.slice(1));
    await eventually(() => other.ids.length === ids.length);
    sleeper.happen('resume');
    await eventually(() => sleeper.ids.at(-1) === ids.at(-1));
    assert.deepEqual(sleeper.ids, ids);
    assert.deepEqual(other.ids, ids);
    await eventually(() => tabs.every(({ inbox }) => inbox.items.length === 1_000));
    await eventually(() => sleeper.marks === other.marks);
});

test('a page that was frozen misses nothing that came with the cursor that it has', async () => {
    // The first holds the connection.
    const [other, sleeper] = [await openLive(), await openLive()];
    server.push('first');
    await eventually(() => tabs.every(({ ids }) => ids.length === 1));
    sleeper.happen('freeze');
    // As where another feed of the stream is held back.
    for (const id of ['second', 'third'])
        server.send(`id: f1.e.1\ndata: ${JSON.stringify({ feed: 'user:42', id, body: {}, unread: 1 })}\n\n`);
    await eventually(() => other.ids.length === 3);
    sleeper.happen('resume');
    await eventually(() => sleeper.ids.length === 3);
    assert.equal(sleeper.marks, other.marks);
    assert.equal(server.requests.length, 1);
});

test('a page that is kept, but not shown, holds no connection until it is shown again', async () => {
    const tab = await openLive();
    tab.happen('pagehide', 'visibilitychange', 'freeze', 'online');
    await eventually(() => server.streamCount === 0);
    const other = await openLive();
    server.push('a');
    await eventually(() => other.ids.length === 1);
    assert.equal(server.requests.length, 2);
    assert.deepEqual(tab.ids, []);
    tab.happen('resume', 'pageshow', 'visibilitychange');
    await eventually(() => tab.ids.length === 1);
    assert.equal(server.requests.length, 2);
});

test('a state is told of although its millisecond is the one before', async ({ mock }) => {
    mock.timers.enable({ apis: ['Date'] });
    await openLive();
});
