// What the notifications of a job feed add up to: its newest run.

const TERMINAL = new Set(['completed', 'failed']);

/**
 * The newest run among samples `{percent, status, message, at}`, oldest first; null where there is none.
 *
 * A run begins anew after the end of another, or where the percentage falls.
 */
export function newestRun(samples) {
    let run = null;
    for (const sample of samples) {
        const newest = run?.at(-1);
        if (!newest || TERMINAL.has(newest.status) || sample.percent < newest.percent) run = [];
        run.push(sample);
    }
    if (run === null) return null;
    const [first, last] = [run[0], run.at(-1)];
    const elapsedMs = last.at - first.at;
    const rate = elapsedMs > 0 ? ((last.percent - first.percent) * 1000) / elapsedMs : null;
    const isOver = TERMINAL.has(last.status);
    return {
        samples: run,
        percent: last.percent,
        status: last.status ?? 'running',
        message: last.message,
        isOver,
        startedAt: first.at,
        heardAt: last.at,
        elapsedMs,
        /** Percent per second. */
        rate,
        remainingMs: !isOver && rate > 0 ? ((100 - last.percent) * 1000) / rate : null,
    };
}

/** What a notification of a job says; null where it says no percentage. */
export function sampleOf({ percent, status, message }, at) {
    if (!Number.isFinite(percent)) return null;
    return {
        percent: Math.min(100, Math.max(0, percent)),
        status: typeof status === 'string' ? status : null,
        message: typeof message === 'string' ? message : null,
        at,
    };
}
