import { Chart } from "./chart.js";

const charts = new Map([
    ["metrics:server", new Chart("server", "Processors busy", (value) => `${value.toFixed(1)} %`, 100)],
    ["metrics:orders", new Chart("orders", "Orders", String, 10)],
    ["metrics:queue", new Chart("queue", "Mails waiting", String, 5)],
]);
document.querySelector("#charts").append(...Array.from(charts.values(), (chart) => chart.element));

const connection = document.querySelector("#connection");
const stream = new EventSource("/dashboard/stream");
stream.onopen = () => { connection.textContent = "connected"; };
stream.onerror = () => { connection.textContent = "connecting"; };
stream.onmessage = ({ data }) => {
    const { feed, body } = JSON.parse(data);
    charts.get(feed).add(body.value);
};
// After a gap that cannot be closed: the newest of each feed.
stream.addEventListener("resync", ({ data }) => {
    for (const [feed, { items }] of Object.entries(JSON.parse(data).feeds)) {
        if (items.length > 0) charts.get(feed).add(items.at(-1).body.value);
    }
});

// Time passes between values, too.
setInterval(() => charts.forEach((chart) => chart.draw()), 200);
