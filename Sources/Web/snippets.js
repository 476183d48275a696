// How to write to a feed from an application: two Redis commands, in five languages.

import { copyable } from './copying.js';
import { byId, element } from './dom.js';
import { startTabs } from './tabs.js';

const SOCKET = 'data/redis.sock';

const LANGUAGES = {
    Shell: ({ list, flag, id }) => `redis-cli -s ${SOCKET} RPUSH ${quoted(list)} '{"id":"${id}","title":"New order"}'
redis-cli -s ${SOCKET} SET ${quoted(flag)} 1`,

    PHP: ({ list, flag, id }) => `$redis = new Redis();                                  // phpredis
$redis->connect(__DIR__ . '/${SOCKET}');
$redis->rPush('${list}', json_encode(['id' => '${id}', 'title' => 'New order']));
$redis->set('${flag}', 1);`,

    Python: ({ list, flag, id }) => `import json, redis                                     # redis-py

r = redis.Redis(unix_socket_path="${SOCKET}")
r.rpush("${list}", json.dumps({"id": "${id}", "title": "New order"}))
r.set("${flag}", 1)`,

    Node: ({ list, flag, id }) => `import { createClient } from "redis";                  // node-redis

const redis = await createClient({ socket: { path: "${SOCKET}" } }).connect();
await redis.rPush("${list}", JSON.stringify({ id: "${id}", title: "New order" }));
await redis.set("${flag}", "1");
await redis.quit();`,

    Swift: ({ list, flag, id }) => `import NIOCore
import NIOPosix
import RediStack

let redis = try await RedisConnection.make(
    configuration: .init(address: .init(unixDomainSocketPath: "${SOCKET}")),
    boundEventLoop: MultiThreadedEventLoopGroup.singleton.any()
).get()
_ = try await redis.rpush(#"{"id":"${id}","title":"New order"}"#, into: "${list}").get()
try await redis.set("${flag}", to: 1).get()`,

    Browser: ({ feed }) => `<script type="module" src="${new URL('flagpole-bell.js', document.baseURI)}"></script>
<flagpole-bell feed="${feed}"></flagpole-bell>`,
};

/** Shows the commands for the first of these feeds whose keys are known: only the kind `user` is built in. */
export function showSnippets(feeds) {
    const feed = feeds.find((name) => name.startsWith('user:')) ?? 'user:42';
    const [, user] = feed.split(':');
    const keys = {
        feed,
        list: `notifications:user:${user}`,
        flag: `user:${user}:has_new_notification`,
        id: 'order-12345',
    };
    const panels = Object.entries(LANGUAGES).map(([language, write]) =>
        [language, element('div', '', copyable(write(keys), `${language}, two commands for ${feed}`))]);
    startTabs(byId('snippets'), 'Language', panels);
}

// An ID may hold a vertical bar, which a shell would take for a pipe.
const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);
