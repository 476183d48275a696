import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { eventually, Server } from './server.mjs';
import { Tab } from './tabs.mjs';

let server, tabs, give, askedFor;

beforeEach(async () => {
    server = await new Server().start();
    server.misbehave = (response, authorization) => authorization !== 'Bearer good' && response.writeHead(401).end();
    tabs = [];
    askedFor = 0;
});

afterEach(() => {
    for (const { inbox } of tabs) inbox.close();
    server.stop();
});

/** A token that comes when the test gives it. */
function slowToken() {
    askedFor += 1;
    return new Promise((resolve) => (give = resolve));
}

function open(token) {
    const tab = new Tab(server, { token });
    tabs.push(tab);
    return tab;
}

test('a slow token is waited for, whatever the page is told meanwhile', async () => {
    const tab = open(slowToken);
    await eventually(() => askedFor === 1);
    const other = open(slowToken);
    tab.happen('pageshow', 'visibilitychange', 'online');
    // The other has been heard by the one that holds the connection.
    await eventually(() => other.inbox.state.since === tab.inbox.state.since);
    give('good');
    await eventually(() => tabs.every(({ isLive }) => isLive));
    assert.equal(server.requests.length, 1);
});

test('without a token nothing is asked for, and one that comes late is used at once', async () => {
    const tab = open(slowToken);
    await eventually(() => tab.reasons.length > 0);
    assert.deepEqual(tab.reasons, ['no token']);
    give('good');
    await eventually(() => tab.isLive);
    assert.deepEqual(server.requests.map(({ authorization }) => authorization), ['Bearer good']);
});

test('one that leaves while it waits for a token opens nothing', async () => {
    const tab = open(slowToken);
    await eventually(() => askedFor === 1);
    tab.inbox.close();
    const other = open('good');
    await eventually(() => other.isLive);
    assert.equal(server.requests.length, 1);
    assert.equal(server.streamCount, 1);
});

test('a token that is refused for good is replaced too', async () => {
    let count = 0;
    server.misbehave = (response, authorization) =>
        authorization !== 'Bearer token-2' && response.writeHead(403).end();
    const tab = open(async () => `token-${(count += 1)}`);
    await eventually(() => tab.isLive);
    assert.deepEqual(tab.reasons, ['status 403']);
    assert.equal(server.requests.length, 2);
});
