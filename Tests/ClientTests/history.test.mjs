import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { eventually, Server, stored } from './server.mjs';
import { Tab } from './tabs.mjs';

const READ_AT = '2026-01-02T00:00:00.000Z';

let server, tab;

beforeEach(async () => {
    server = await new Server().start();
    tab = new Tab(server);
    await eventually(() => tab.isLive);
});

afterEach(() => {
    tab.inbox.close();
    server.stop();
});

/** Asks for a page, and lets something happen before the answer, which is as old as the question. */
function moreWhile(items, happen) {
    let isFirst = true;
    const after = server.page;
    server.page = async (before) => {
        if (!isFirst) return after(before);
        isFirst = false;
        await happen();
        return { items, next: null };
    };
    return tab.inbox.more();
}

test('paging goes on where the one that it stood at was removed', async () => {
    const pages = { '': ['f', 'e'], f: ['d', 'c'], c: ['b'] };
    server.page = async (before) =>
        ({ items: pages[before].map((id) => stored(id)), next: before === 'c' ? null : pages[before].at(-1) });
    assert.equal(await tab.inbox.more(), true);
    server.tell('removed', { id: 'e' });
    await eventually(() => tab.marks === 'f');
    assert.equal(await tab.inbox.more(), true);
    assert.equal(await tab.inbox.more(), false);
    assert.equal(tab.marks, 'f d c b');
});

test('paging begins again where the server does not know the one that it stood at', async () => {
    const pages = { '': ['f', 'e'], d: ['c'] };
    server.page = async (before) => {
        if (!pages[before]) throw new Error('no such notification');
        const ids = pages[before];
        return { items: ids.map((id) => stored(id)), next: ids.length > 1 ? ids.at(-1) : null };
    };
    assert.equal(await tab.inbox.more(), true);
    await assert.rejects(tab.inbox.more(), /no such notification/);
    pages[''] = ['f', 'e', 'd'];
    assert.equal(await tab.inbox.more(), true);
    assert.equal(await tab.inbox.more(), false);
    assert.equal(tab.marks, 'f e d c');
});

test('a page is asked for once, however much is read meanwhile, and shows it', async () => {
    server.push('c');
    await eventually(() => tab.ids.length === 1);
    const asked = [];
    server.page = async (before) => {
        asked.push(before);
        // Were it asked for again after each event, there would be no end to it.
        const told = tab.inbox.unread;
        server.tell('read', { ids: ['b'], read_at: READ_AT });
        server.tell('read', { ids: ['a'], read_at: READ_AT });
        server.tell('unread', { ids: ['a'], read_at: null });
        server.push('d' + asked.length);
        await eventually(() => tab.inbox.unread === told + 4);
        return { items: ['c', 'b', 'a'].map((id) => stored(id)), next: null };
    };
    assert.equal(await tab.inbox.more(), false);
    assert.deepEqual(asked, ['']);
    assert.equal(tab.marks, 'd1 c b+ a');
});

test('what is read or removed while a page is on its way stays so', async () => {
    server.push('c');
    await eventually(() => tab.ids.length === 1);
    server.page = async () => ({ items: [stored('c', READ_AT), stored('a', READ_AT)], next: null });
    await moreWhile([stored('c'), stored('b'), stored('a')], async () => {
        server.tell('read', { through: 'c', read_at: READ_AT });
        server.tell('removed', { id: 'b' });
        await eventually(() => tab.marks === 'c+' && tab.inbox.unread === 3);
    });
    assert.equal(tab.marks, 'c+ a+');
});

test('a page that is ahead of the events takes nothing from them', async () => {
    server.push('a');
    await eventually(() => tab.ids.length === 1);
    server.page = async () => ({ items: [stored('b'), stored('a')], next: null });
    await tab.inbox.more();
    assert.equal(tab.marks, 'b a');
    // All that there was before b.
    server.tell('read', { all: true, read_at: READ_AT });
    server.push('b');
    await eventually(() => tab.ids.length === 2);
    assert.deepEqual(tab.ids, ['a', 'b']);
    assert.equal(tab.marks, 'b a+');
});

test('a list that was replaced while a page was on its way is not mixed with it', async () => {
    server.push('a');
    await eventually(() => tab.ids.length === 1);
    server.page = async () => ({ items: [stored('b'), stored('a')], next: null });
    await moreWhile([stored('old'), stored('a')], async () => {
        server.send('id: f1.e.1\nevent: resync\n'
            + `data: ${JSON.stringify({ feeds: { 'user:42': { items: [stored('b')], unread: 1 } } })}\n\n`);
        await eventually(() => tab.marks === 'b');
    });
    assert.equal(tab.marks, 'b a');
});

test('a list that was paged has an end too, and paging begins again behind it', async () => {
    const asked = [];
    const items = Array.from({ length: 10_000 }, (_, place) => stored(`n${place}`));
    server.page = async (before) => {
        asked.push(before);
        return { items, next: null };
    };
    assert.equal(await tab.inbox.more(), false);
    for (const [id, length] of [['one', 10_000], ['another', 1_000]]) {
        server.push(id);
        await eventually(() => tab.ids.at(-1) === id);
        assert.equal(tab.inbox.items.length, length);
    }
    await tab.inbox.more();
    assert.deepEqual(asked, ['', '']);
});

test('changes are not kept for ever for a page that nobody asks for', async () => {
    const asked = [];
    server.page = async (before) => {
        asked.push(before);
        return { items: [stored('a')], next: 'a' };
    };
    for (const count of [1_000, 1]) {
        await tab.inbox.more();
        for (let change = 0; change < count; change += 1) server.tell('read', { ids: ['a'], read_at: READ_AT });
        const { length } = asked;
        await eventually(() => tab.inbox.unread === (length === 1 ? 1_000 : 1_001));
    }
    await tab.inbox.more();
    assert.deepEqual(asked, ['', 'a', '']);
});

test('what is read up to one that is not listed is read in the list too', async () => {
    server.push('c', 'd');
    await eventually(() => tab.ids.length === 2);
    server.afresh = [stored('c', READ_AT), stored('d')];
    server.tell('read', { through: 'older', read_at: READ_AT });
    await eventually(() => tab.marks === 'd c+' && tab.isLive);
    server.push('e');
    await eventually(() => tab.ids.length === 3);
    assert.deepEqual(tab.ids, ['c', 'd', 'e']);
    assert.equal(server.requests.length, 2);
});
