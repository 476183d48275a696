// How to write to a feed from an application: two Redis commands, in five languages.

import { copyable, quoted } from './copying.js';
import { byId, element } from './dom.js';
import { guide, keysOf } from './kinds.js';
import { startTabs } from './tabs.js';

const ID = 'order-12345';

/** Each makes its lines of the keys, and of where Redis is; a feed without a flag needs no second command. */
const LANGUAGES = {
    Shell: ({ list, flag, redis }) => [
        `${redis.command} RPUSH ${quoted(list)} '{"id":"${ID}","title":"New order"}'`,
        flag && `${redis.command} SET ${quoted(flag)} 1`,
    ],

    PHP: ({ list, flag, redis: { socket, host, port, database } }) => [
        '$redis = new Redis();                                  // phpredis',
        `$redis->connect(${socket ? phpPath(socket) : `${inSingle(host)}, ${port}`});`,
        database && `$redis->select(${database});`,
        `$redis->rPush(${inSingle(list)}, json_encode(['id' => '${ID}', 'title' => 'New order']));`,
        flag && `$redis->set(${inSingle(flag)}, 1);`,
    ],

    Python: ({ list, flag, redis: { socket, host, port, database } }) => [
        'import json, redis                                     # redis-py',
        '',
        `r = redis.Redis(${socket ? `unix_socket_path=${inDouble(socket)}` : `host=${inDouble(host)}, port=${port}`}${
            database ? `, db=${database}` : ''})`,
        `r.rpush(${inDouble(list)}, json.dumps({"id": "${ID}", "title": "New order"}))`,
        flag && `r.set(${inDouble(flag)}, 1)`,
    ],

    Node: ({ list, flag, redis: { socket, host, port, database } }) => [
        'import { createClient } from "redis";                  // node-redis',
        '',
        `const socket = ${socket ? `{ path: ${inDouble(socket)} }` : `{ host: ${inDouble(host)}, port: ${port} }`};`,
        `const redis = await createClient({ socket${database ? `, database: ${database}` : ''} }).connect();`,
        `await redis.rPush(${inDouble(list)}, JSON.stringify({ id: "${ID}", title: "New order" }));`,
        flag && `await redis.set(${inDouble(flag)}, "1");`,
        'await redis.quit();',
    ],

    Swift: ({ list, flag, redis: { socket, host, port, database } }) => [
        'import NIOCore',
        'import NIOPosix',
        'import RediStack',
        '',
        'let redis = try await RedisConnection.make(',
        `    configuration: .init(${socket ? `address: .init(unixDomainSocketPath: ${inDouble(socket)})`
            : `hostname: ${inDouble(host)}, port: ${port}`}${database ? `, initialDatabase: ${database}` : ''}),`,
        '    boundEventLoop: MultiThreadedEventLoopGroup.singleton.any()',
        ').get()',
        `_ = try await redis.rpush(#"{"id":"${ID}","title":"New order"}"#, into: ${inDouble(list)}).get()`,
        flag && `try await redis.set(${inDouble(flag)}, to: 1).get()`,
    ],

    Browser: ({ feed }) => [
        `<script type="module" src="${new URL('flagpole-bell.js', document.baseURI)}"></script>`,
        `<flagpole-bell feed="${feed}"></flagpole-bell>`,
    ],
};

/** Shows the commands for the first of these feeds that has a Redis list. */
export async function showSnippets(feeds) {
    const { kinds = {}, redis, error } = await guide;
    const written = feeds.find((name) => keysOf(name, kinds));
    const feed = written ?? feeds[0];
    const facts = { feed, redis, ...(written && keysOf(feed, kinds)) };
    byId('snippets-note').textContent = error?.message ?? noteOn(redis, written);
    const panels = Object.entries(LANGUAGES).filter(([language]) => written || language === 'Browser').map(
        ([language, write]) => {
            const lines = write(facts).filter((line) => typeof line === 'string');
            return [language, element('div', '', copyable(lines.join('\n'), `${language}, for ${feed}`))];
        });
    startTabs(byId('snippets'), 'Language', panels);
}

function noteOn(redis, written) {
    if (!written) return 'The kinds of these feeds have no Redis list.';
    const password = redis.password ? ' This Redis asks for a password, which is not shown here.' : '';
    return `Any Redis client will do.${password}`;
}

const inSingle = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`;
const inDouble = (text) => JSON.stringify(text);
const phpPath = (path) => (path.startsWith('/') ? inSingle(path) : `__DIR__ . ${inSingle(`/${path}`)}`);
