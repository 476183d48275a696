import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { eventually, Server, stored } from './server.mjs';
import { Tab } from './tabs.mjs';

let server, tab;

beforeEach(async () => {
    server = await new Server().start();
});

afterEach(() => {
    tab.inbox.close();
    server.stop();
});

async function openLive() {
    tab = new Tab(server, { feeds: ['job:7', 'user:42'] });
    await eventually(() => tab.isLive);
}

const feedOf = (id) => (id.startsWith('j') ? 'job:7' : 'user:42');

const push = (id) => server.tell('message', { feed: feedOf(id), id, body: {} });

/** A notification as history shows it, stored in the second that its id names, or in another. */
const storedIn = (id, second = id.slice(1)) =>
    ({ ...stored(id), feed: feedOf(id), stored_at: new Date(1_767_225_600_000 + second * 1_000).toISOString() });

test('pages of two feeds stand in one order, and what is new on top of it', async () => {
    await openLive();
    for (const id of ['j5', 'u7', 'j8']) push(id);
    await eventually(() => tab.ids.length === 3);
    const pages = {
        'job:7': ['j8', 'j6', 'j5', 'j2'].map((id) => storedIn(id)),
        'user:42': ['u9', 'u7', 'u4', 'u3', 'u1'].map((id) => storedIn(id)),
    };
    server.page = async (before, feed) => {
        const from = pages[feed].findIndex(({ id }) => id === before) + 1;
        const items = pages[feed].slice(from, from + 3);
        return { items, next: items.length === 3 ? items[2].id : null };
    };
    assert.equal(await tab.inbox.more(), true);
    // u9 is ahead of its event; what is new stands on top of all.
    assert.equal(tab.marks, 'u9 j8 u7 j6 j5 u4');
    push('j9');
    await eventually(() => tab.ids.length === 4);
    assert.equal(await tab.inbox.more(), false);
    assert.equal(tab.marks, 'j9 u9 j8 u7 j6 j5 u4 u3 j2 u1');
});

test('pages of feeds that were stored in one moment keep the order of the events', async () => {
    await openLive();
    for (const id of ['u1', 'j1', 'u3', 'j3']) push(id);
    await eventually(() => tab.ids.length === 4);
    server.page = async (_, feed) => ({
        items: ['j3', 'j2', 'j1', 'u3', 'u2', 'u1'].map((id) => ({ ...stored(id), feed: feedOf(id) }))
            .filter((item) => item.feed === feed),
        next: null,
    });
    await tab.inbox.more();
    assert.equal(tab.marks, 'j3 j2 u3 u2 j1 u1');
});

test('a fresh list of two feeds stands in one order', async () => {
    await openLive();
    const feeds = Object.fromEntries([['user:42', ['u1', 'u4']], ['job:7', ['j2', 'j3']]].map(([feed, ids]) =>
        [feed, { items: ids.map((id) => storedIn(id)) }]));
    server.send(`id: f1.e.9\nevent: resync\ndata: ${JSON.stringify({ feeds })}\n\n`);
    await eventually(() => tab.marks === 'u4 j3 j2 u1');
});

test('a clock that was set back changes nothing in the order of a feed', async () => {
    await openLive();
    const feeds = {
        'user:42': { items: [storedIn('u1', 5), storedIn('u2', 2), storedIn('u3', 6)] },
        'job:7': { items: [storedIn('j4'), storedIn('j7')] },
    };
    server.send(`id: f1.e.9\nevent: resync\ndata: ${JSON.stringify({ feeds })}\n\n`);
    await eventually(() => tab.marks === 'j7 u3 j4 u2 u1');
    server.page = async (_, feed) => ({ items: feeds[feed].items.toReversed(), next: null });
    await tab.inbox.more();
    assert.equal(tab.marks, 'j7 u3 j4 u2 u1');
});

test('more than a page of one feed stands in one order with another once its pages have come', async () => {
    await openLive();
    const users = Array.from({ length: 100 }, (_, place) => `u${1_001 + place}`);
    const jobs = Array.from({ length: 10 }, (_, place) => `j${1 + place}`);
    for (const id of [...users, ...jobs, 'j1020.5']) push(id);
    await eventually(() => tab.ids.length === 111);
    const pages = { 'user:42': ['u1100', ...users.toReversed().slice(1)], 'job:7': ['j1020.5', ...jobs.toReversed()] };
    server.page = async (before, feed) => {
        const from = pages[feed].indexOf(before) + 1;
        const items = pages[feed].slice(from, from + 50);
        return { items: items.map((id) => storedIn(id)), next: from + 50 < pages[feed].length ? items[49] : null };
    };
    assert.equal(await tab.inbox.more(), true);
    const older = jobs.toReversed();
    assert.deepEqual(tab.marks.split(' ').slice(-10), older);
    assert.equal(await tab.inbox.more(), false);
    const newer = users.toReversed();
    newer.splice(newer.indexOf('u1020'), 0, 'j1020.5');
    assert.equal(tab.marks, [...newer, ...older].join(' '));
});

test('a feed that has no history takes none from the others', async () => {
    await openLive();
    server.page = async (_, feed) => {
        if (feed === 'job:7') throw Object.assign(new Error('it stores nothing'), { status: 409 });
        return { items: [stored('u1')], next: null };
    };
    assert.equal(await tab.inbox.more(), false);
    assert.equal(tab.marks, 'u1');
});

test('to read all before the counts have come reads every feed that has any', async () => {
    server.misbehave = () => true;
    tab = new Tab(server, { feeds: ['user:42', 'job:7', 'user:43'] });
    server.answerRead = (feed) => (feed === 'job:7' ? 409 : 200);
    await tab.inbox.markRead({ all: true });
    assert.deepEqual(server.reads.sort(), ['job:7', 'user:42', 'user:43']);
    server.answerRead = (feed) => (feed === 'user:43' ? 503 : 200);
    await assert.rejects(tab.inbox.markRead({ all: true }), { status: 503 });
    server.stop();
    await assert.rejects(tab.inbox.markRead({ all: true }));
});

test('to read all leaves out feeds without counts', async () => {
    await openLive();
    await tab.inbox.markRead({ all: true });
    assert.deepEqual(server.reads, ['user:42']);
});
