// What `/metrics` says (Prometheus' text format), and what becomes of it between two readings.

/** The samples by name, labels included. */
export function parseMetrics(text) {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => {
        const end = line.lastIndexOf(' ');
        return [line.slice(0, end), Number(line.slice(end + 1))];
    }));
}

/** What is drawn, from two readings `{at, samples}`; null where nothing happened that could be measured. */
export function figuresBetween(earlier, later) {
    const grown = (name) => later.samples.get(name) - earlier.samples.get(name);
    const mean = (name) => (grown(`${name}_count`) > 0 ? grown(`${name}_sum`) / grown(`${name}_count`) : null);
    const stored = grown('flagpole_entries_total{result="stored"}');
    return {
        tick: mean('flagpole_tick_seconds'),
        lateness: mean('flagpole_tick_lateness_seconds'),
        streams: later.samples.get('flagpole_streams'),
        feeds: later.samples.get('flagpole_watched_feeds'),
        // A bridge that was restarted counts from zero.
        entries: stored >= 0 ? (1000 * stored) / (later.at - earlier.at) : null,
    };
}
