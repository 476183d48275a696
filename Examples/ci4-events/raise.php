<?php

// php raise.php KEY [VALUE]: what cache()->save($key, $value, 60) does in CodeIgniter 4 with the Redis handler.

declare(strict_types=1);

$key = $argv[1] ?? 'event_cache_key1';
$value = $argv[2] ?? (string) time();

$redis = new Redis();
$redis->connect((getenv('EXAMPLE_DIR') ?: __DIR__ . '/run') . '/data/redis.sock');
$redis->hMSet($key, ['__ci_type' => gettype($value), '__ci_value' => $value]);
$redis->expireAt($key, time() + 60);
