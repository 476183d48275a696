<?php

// php notify.php USER TITLE [MESSAGE]: notifies a user, as a job or a listener of the application does.

declare(strict_types=1);

require __DIR__ . '/connection.php';

$user = $argv[1] ?? '42';
$notification = [
    'id' => bin2hex(random_bytes(16)),
    'type' => 'App\\Notifications\\OrderShipped',
    'title' => $argv[2] ?? 'Your order is on its way',
    'message' => $argv[3] ?? '',
    'created_at' => date(DATE_RFC3339),
    'read_at' => null,
];

$redis = connection();
$redis->rPush("notifications:user:$user", json_encode($notification, JSON_THROW_ON_ERROR));
$redis->expire("notifications:user:$user", 604800);
$redis->set("user:$user:has_new_notification", 1);

echo $notification['id'], "\n";
