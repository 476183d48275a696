<?php

// php token.php USER: prints the page's address with a token, as the controller does that renders the page.

declare(strict_types=1);

require __DIR__ . '/connection.php';

$user = $argv[1] ?? '42';
$token = bin2hex(random_bytes(32));
connection()->set("flagpole:token:$token", json_encode(['identity' => $user], JSON_THROW_ON_ERROR), ['ex' => 3600]);

printf("http://127.0.0.1:%s/?token=%s\n", getenv('PORT') ?: '8000', $token);
