const token = new URLSearchParams(location.search).get("token") ?? "";
const [state, connection, data, form, answer] =
    ["#state", "#connection", "#data", "form", "#answer"].map((selector) => document.querySelector(selector));
const shown = 20;

function log({ type, from, message }) {
    const list = document.getElementById(type);
    const item = document.createElement("li");
    item.textContent = from ? `${from}: ${message}` : message;
    list.prepend(item);
    while (list.children.length > shown) list.lastElementChild.remove();
}

function show(member, value) {
    let entry = data.querySelector(`[data-member="${CSS.escape(member)}"]`);
    if (!entry) {
        const term = document.createElement("dt");
        term.textContent = member;
        entry = document.createElement("dd");
        entry.dataset.member = member;
        data.append(term, entry);
    }
    entry.textContent = value;
}

const take = {
    notification: log,
    user_activity: log,
    status_update(message) {
        const now = message.data?.state ?? message.message;
        state.textContent = state.dataset.state = now;
        log(message);
    },
    data_update({ data, message }) {
        for (const [member, value] of Object.entries(data ?? { message })) show(member, value);
    },
};

const stream = new EventSource(`/events/stream?token=${encodeURIComponent(token)}`);
stream.addEventListener("welcome", ({ data }) => {
    const { client_id, feeds } = JSON.parse(data);
    const user = feeds.find((feed) => feed.startsWith("user:"))?.slice("user:".length);
    connection.textContent = `${user}, client ${client_id}`;
});
stream.onerror = () => {
    connection.textContent = stream.readyState === EventSource.CLOSED ? "sign in again" : "connecting";
};
for (const [type, handle] of Object.entries(take)) {
    stream.addEventListener(type, ({ data }) => handle(JSON.parse(data)));
}
// After a gap that cannot be closed: what there is.
stream.addEventListener("resync", ({ data: text }) => {
    for (const list of document.querySelectorAll("ol, dl")) list.replaceChildren();
    for (const { items } of Object.values(JSON.parse(text).feeds)) {
        for (const { body } of items) take[body.type]?.(body);
    }
});

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { type, to, message } = Object.fromEntries(new FormData(form));
    const path = to ? `/events/send/${encodeURIComponent(to)}` : "/events/broadcast";
    const response = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ type, message }),
    });
    const { error } = await response.json();
    answer.textContent = response.ok ? "sent" : `${response.status}: ${error}`;
    if (response.ok) form.elements.message.value = "";
});
