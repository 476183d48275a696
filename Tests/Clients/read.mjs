// Reads a stream with Node's own EventSource (--experimental-eventsource): read.mjs URL CURSOR COUNT prints COUNT
// notifications, each a line: its cursor, a tab, its data. A new EventSource has no header to begin with, so the cursor
// stands in the query.
const [url, cursor, count] = process.argv.slice(2);
const source = new EventSource(cursor ? `${url}&last_event_id=${encodeURIComponent(cursor)}` : url);
let left = Number(count);
source.onmessage = ({ lastEventId, data }) => {
    console.log(`${lastEventId}\t${data}`);
    left -= 1;
    if (left === 0) source.close();
};
setTimeout(() => process.exit(1), 20_000).unref();
