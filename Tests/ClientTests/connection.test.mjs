import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { connect } from '../../Sources/Web/flagpole.js';
import { eventually, Server } from './server.mjs';
import { Tab } from './tabs.mjs';

let server, inboxes;

beforeEach(async () => {
    server = await new Server().start();
    inboxes = [];
});

afterEach(() => {
    for (const { inbox } of inboxes) inbox.close();
    server.stop();
});

function open(options = {}) {
    const inbox = connect({ feeds: ['user:42'], url: server.url, ...options });
    const tab = { inbox, ids: [], reasons: [] };
    inbox.addEventListener('notification', ({ detail }) => tab.ids.push(detail.id));
    inbox.addEventListener('state', ({ detail }) => detail.reason && tab.reasons.push(detail.reason));
    inboxes.push(tab);
    return tab;
}

const isLive = ({ inbox }) => inbox.state.name === 'live';

async function openLive(options) {
    const tab = open(options);
    await eventually(() => isLive(tab));
    return tab;
}

test('an event is understood whatever the pieces that it comes in', async () => {
    const tab = await openLive();
    const body = { id: 'grüße', text: 'a: b\\n\\ndata: {} ✓' };
    const data = JSON.stringify({ feed: 'user:42', id: 'grüße', body, unread: 1 });
    for (const byte of Buffer.from(`: a comment\n\nid:f1.e.1\ndata: ${data}\n\n`)) {
        server.send(Buffer.from([byte]));
        await new Promise(setImmediate);
    }
    await eventually(() => tab.ids.length === 1);
    assert.deepEqual(tab.inbox.items[0].body, body);
    assert.equal(tab.inbox.unread, 1);
});

test('a stream that was cut goes on from its cursor', async () => {
    const tab = await openLive();
    server.push('a', 'b');
    await eventually(() => tab.ids.length === 2);
    server.cut();
    await eventually(() => !isLive(tab));
    server.push('c');
    await eventually(() => isLive(tab));
    assert.deepEqual(tab.ids, ['a', 'b', 'c']);
    assert.deepEqual(server.requests.map(({ cursor }) => cursor), ['', 'f1.e.2']);
});

test('what comes twice is told once', async () => {
    const tab = await openLive();
    const entry = JSON.stringify({ feed: 'user:42', id: 'a', body: { id: 'a' }, unread: 1 });
    server.send(`id: f1.e.1\ndata: ${entry}\n\nid: f1.e.1\ndata: ${entry}\n\n`);
    const batch = `{"batch":[${entry},${entry.replaceAll('"a"', '"b"')}],"count":2}`;
    server.send(`id: f1.e.2\ndata: ${batch}\n\n`);
    await eventually(() => tab.ids.length >= 2);
    assert.deepEqual(tab.ids, ['a', 'b']);
    assert.deepEqual(tab.inbox.items.map(({ id }) => id), ['b', 'a']);
});

test('what is never stored is told each time, and not listed', async () => {
    const tab = await openLive();
    for (let time = 0; time < 2; time += 1)
        server.send('data: {"feed":"typing:7","id":"anna","body":{"id":"anna"}}\n\n');
    server.push('a');
    await eventually(() => tab.ids.length === 3);
    assert.deepEqual(tab.ids, [null, null, 'a']);
    assert.deepEqual(tab.inbox.items.map(({ id }) => id), ['a']);
});

test('a server stands where its address says, with a slash at its end or without', async () => {
    for (const end of ['notify', 'notify/']) await openLive({ url: server.url + end });
    assert.ok(server.requests[0].address.startsWith('/notify/v1/stream?'), server.requests[0].address);
    assert.equal(server.requests.length, 1);
});

test('a reverse proxy without its server is waited out, longer and longer, never in step', async () => {
    server.misbehave = (response) =>
        server.requests.length % 8 !== 1 && response.writeHead(503).end('<html>Busy</html>');
    const tab = await openLive();
    server.cut();
    await eventually(() => server.requests.length === 9 && isLive(tab));
    const refusals = tab.reasons.filter((reason) => reason === 'status 503');
    assert.equal(refusals.length, 7);
    const pauses = server.requests.slice(1).map(({ at }, place) => at - server.requests[place].at);
    for (const [attempt, pause] of pauses.slice(1).entries()) assert.ok(pause < server.retryMs * 2 ** (attempt + 1) + 100);
    // Full jitter: were it only doubled, each would be longer than the one before.
    assert.ok(Math.max(...pauses) > 2 * server.retryMs);
});

test('nobody asks again after 204, until a tab comes or is looked at', async () => {
    let isOver = true;
    server.misbehave = (response) => isOver && server.requests.length > 1 && response.writeHead(204).end();
    const tabs = Array.from({ length: 2 }, () => new Tab(server));
    for (const { inbox } of tabs) inboxes.push({ inbox });
    await eventually(() => tabs.every(({ isLive }) => isLive));
    server.cut();
    await eventually(() => tabs.every(({ reasons }) => reasons.at(-1) === 'ended'));
    // As long as a cut stream would take to come back, many times over.
    await new Promise((resolve) => setTimeout(resolve, 20 * server.retryMs));
    assert.equal(server.requests.length, 2);

    // Still over: one question is all.
    const late = open();
    const ends = ({ reasons }) => reasons.filter((reason) => reason === 'ended').length;
    await eventually(() => tabs.every((tab) => ends(tab) === 2));
    assert.equal(server.requests.length, 3);
    isOver = false;
    server.push('a');
    tabs[0].happen('visibilitychange');
    await eventually(() => [late, ...tabs].every(({ ids }) => ids.length === 1));
    assert.equal(server.requests.length, 4);
});

test('after 204 a tab that is hidden asks for nothing, and one that gets a network back does', async (t) => {
    globalThis.document = { hidden: false };
    t.after(() => delete globalThis.document);
    server.misbehave = (response) => response.writeHead(204).end();
    const tab = new Tab(server);
    inboxes.push(tab);
    await eventually(() => tab.reasons.at(-1) === 'ended');
    document.hidden = true;
    tab.happen('visibilitychange');
    await new Promise((resolve) => setTimeout(resolve, 10 * server.retryMs));
    assert.equal(server.requests.length, 1);
    tab.happen('online');
    await eventually(() => server.requests.length === 2);
    document.hidden = false;
    await eventually(() => tab.reasons.length === 2);
    tab.happen('visibilitychange');
    await eventually(() => server.requests.length === 3);
});

test('a tab that comes after the end hears of what was pushed since', async () => {
    let isOver = false;
    server.misbehave = (response) => isOver && response.writeHead(204).end();
    const tab = await openLive();
    isOver = true;
    server.cut();
    await eventually(() => tab.reasons.at(-1) === 'ended');
    isOver = false;
    server.push('a');
    const late = await openLive();
    await eventually(() => [tab, late].every(({ ids }) => ids.length === 1));
    assert.equal(server.streamCount, 1);
});

test('a stream that has fallen silent is replaced', async () => {
    server.pingMs = 300;
    const tab = await openLive();
    await eventually(() => server.requests.length === 2);
    await eventually(() => server.streamCount === 1 && isLive(tab));
});

test('a token stands in a header and nowhere else, and is fetched anew when it is refused or has expired', async () => {
    let count = 0, valid = 'token-2';
    const token = async () => `token-${(count += 1)}`;
    server.misbehave = (response, authorization) =>
        authorization !== `Bearer ${valid}` && response.writeHead(401).end();
    const tab = await openLive({ token });
    assert.deepEqual(server.requests.map(({ authorization }) => authorization), ['Bearer token-1', 'Bearer token-2']);
    server.push('a');
    await eventually(() => tab.ids.length === 1);

    valid = 'token-3';
    server.end('event: auth-expired\ndata: {}\n\n');
    await eventually(() => server.requests.length === 3 && isLive(tab));
    assert.equal(server.requests[2].cursor, 'f1.e.1');
    assert.ok(server.requests.every(({ address }) => !address.includes('token')));
    assert.deepEqual(tab.ids, ['a']);
});

test('one tab of all fetches the token, and another does where that one cannot', async () => {
    let count = 0;
    const token = async () => {
        count += 1;
        if (count === 1) throw new Error('not now');
        return 'token';
    };
    server.misbehave = (response, authorization) => authorization !== 'Bearer token' && response.writeHead(401).end();
    const tabs = Array.from({ length: 4 }, () => open({ token }));
    await eventually(() => tabs.every(isLive));
    assert.ok(count <= 3, `${count}`);
});
