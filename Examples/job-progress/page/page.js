const job = new URLSearchParams(location.search).get("job") ?? "12";
const [panel, title, connection, percent, bar, status, message, updates] =
    [".job", "#job", "#connection", "#percent", "#bar", "#status", "#message", "#updates"]
        .map((selector) => document.querySelector(selector));
title.textContent = document.title = `Job ${job}`;

let count = 0;

function show(report) {
    count += 1;
    percent.textContent = `${report.percent} %`;
    bar.value = report.percent;
    panel.dataset.status = report.status;
    status.textContent = report.status;
    message.textContent = report.message ?? "";
    updates.textContent = count === 1 ? "1 update" : `${count} updates`;
}

const stream = new EventSource(`/jobs/${encodeURIComponent(job)}/progress`);
stream.onopen = () => { connection.textContent = "connected"; };
stream.onerror = () => {
    connection.textContent = stream.readyState === EventSource.CLOSED ? "refused" : "connecting";
};
stream.onmessage = ({ data }) => show(JSON.parse(data));
stream.addEventListener("end", () => {
    stream.close();
    connection.textContent = "ended";
});
// After a gap that cannot be closed: the newest report.
stream.addEventListener("resync", ({ data }) => {
    const { items } = Object.values(JSON.parse(data).feeds)[0];
    if (items.length > 0) show(items.at(-1).body);
});
