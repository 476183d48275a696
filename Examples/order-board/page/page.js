const shop = new URLSearchParams(location.search).get("shop") ?? "main";
const kinds = ["orders", "payments", "shipments"];
const priority = document.querySelector("#priority");
const connection = document.querySelector("#connection");
const shown = 20;

const words = {
    orders: ({ order, total }) => `${order}: ${total} €`,
    payments: ({ order, total, method }) => `${order}: ${total} €, ${method}`,
    shipments: ({ order, carrier }) => `${order} by ${carrier}`,
};

function row(kind, entry) {
    const item = document.createElement("li");
    item.toggleAttribute("data-urgent", entry.priority >= 8);
    const text = document.createElement("span");
    text.textContent = words[kind](entry);
    const level = document.createElement("span");
    level.className = "priority";
    level.textContent = `priority ${entry.priority}`;
    item.append(text, level);
    return item;
}

/** The ids that are on the board: after a cut, what other feeds sent while a batch was being filled comes again. */
const known = new Set();

function show(kind, batch) {
    const entries = batch.filter(({ id }) => !known.has(id));
    entries.forEach(({ id }) => known.add(id));
    const panel = document.getElementById(kind);
    const list = panel.querySelector("ol");
    list.prepend(...entries.map((entry) => row(kind, entry)).reverse());
    while (list.children.length > shown) list.lastElementChild.remove();
    const time = new Date().toLocaleTimeString();
    panel.querySelector(".batch").textContent = `${entries.length} together at ${time}`;
}

function clear() {
    known.clear();
    for (const list of document.querySelectorAll("ol")) list.replaceChildren();
}

let stream;
function follow() {
    stream?.close();
    clear();
    const filter = priority.value ? `?where=${encodeURIComponent(`priority>=${priority.value}`)}` : "";
    stream = new EventSource(`/board/${encodeURIComponent(shop)}/stream${filter}`);
    stream.onopen = () => { connection.textContent = "connected"; };
    stream.onerror = () => { connection.textContent = "connecting"; };
    for (const kind of kinds) {
        stream.addEventListener(kind, ({ data }) => show(kind, JSON.parse(data).batch));
    }
    // After a gap that cannot be closed: the newest of each feed.
    stream.addEventListener("resync", ({ data }) => {
        clear();
        for (const [feed, { items }] of Object.entries(JSON.parse(data).feeds)) {
            const kind = feed.split(":")[0];
            show(kind, items.map(({ body }) => body));
        }
    });
}
priority.addEventListener("change", follow);
follow();
