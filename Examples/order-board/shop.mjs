#!/usr/bin/env node
// A shop that writes what happens over HTTP: node shop.mjs [SHOP] [ORDERS]
const [shop = "main", orders = "1000"] = process.argv.slice(2);
const bridge = `http://127.0.0.1:${process.env.BRIDGE_PORT ?? 8080}`;

async function publish(kind, entries) {
    const answer = await fetch(`${bridge}/v1/feeds/${kind}:${shop}/notifications`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(entries.map((entry) => ({ ...entry, id: `${entry.order}-${kind}` }))),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 300));
const first = Date.now() % 1_000_000;
for (let number = 0; number < Number(orders); number += 1) {
    const order = `${first + number}`;
    // Every tenth is urgent.
    const priority = number % 10 === 0 ? 9 : 1 + (number % 7);
    const total = Math.round(500 + Math.random() * 20_000) / 100;
    await publish("orders", [{ order, priority, total }]);
    await publish("payments", [{ order, priority, total, method: number % 3 === 0 ? "invoice" : "card" }]);
    if (number % 2 === 0) await publish("shipments", [{ order, priority, carrier: "bicycle" }]);
    await pause();
}
