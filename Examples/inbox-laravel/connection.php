<?php

declare(strict_types=1);

/** The connection that Laravel's facade `Redis` stands for: phpredis, with the application's prefix. */
function connection(): Redis
{
    $redis = new Redis();
    $redis->connect((getenv('EXAMPLE_DIR') ?: __DIR__ . '/run') . '/data/redis.sock');
    $redis->setOption(Redis::OPT_PREFIX, 'laravel_database_');

    return $redis;
}
