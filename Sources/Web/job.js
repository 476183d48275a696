// A job's progress, fed by a shell loop that the page shows.

import { connect } from './flagpole.js';
import { historyOf } from './api.js';
import { clip } from './body.js';
import { copyable, quoted } from './copying.js';
import { byId, drawing, oncePerTurn } from './dom.js';
import { newestRun, sampleOf } from './job-run.js';
import { guide, keysOf } from './kinds.js';
import { showNotice, showState } from './masthead.js';
import { faultOf } from './names.js';
import { key } from './sign-in.js';

const SILENCE_MS = 10_000;
const MOST_TIMES = 2_000;
const CHART = { width: 600, height: 120 };
const STATUS = { completed: 'Completed', failed: 'Failed', running: 'Running' };
const KIND = `"kinds": {
  "job": { "list": "job:{id}:progress", "flag": "job:{id}:has_progress", "poll_interval_ms": 100 }
}`;

const id = new URLSearchParams(location.search).get('job') ?? '7';
const feed = `job:${id}`;
const line = drawing('path', { class: 'line', 'vector-effect': 'non-scaling-stroke' });
const area = drawing('path', { class: 'area' });

/** When each notification was stored; what comes in live arrives as it is stored. */
const times = new Map();
let inbox;

/** What there is to say of where the server tells nothing, or knows no jobs. */
const USUAL = {
    kinds: { job: { source: 'flag+list', list: 'job:{id}:progress', flag: 'job:{id}:has_progress' } },
    redis: { command: 'redis-cli -s data/redis.sock' },
};

/** A loop for any shell: each turn is two Redis commands. */
const loopFor = ({ command }, { list, flag }) => `cli() { ${command} "$@"; }
for percent in $(seq 0 5 100); do
  status=running; [ $percent -eq 100 ] && status=completed
  cli RPUSH ${quoted(list)} "{\\"percent\\":$percent,\\"status\\":\\"$status\\"}"
${flag === null ? '' : `  cli SET ${quoted(flag)} 1\n`}  sleep 0.1
done
cli EXPIRE ${quoted(list)} 3600`;

async function showLoop() {
    const { kinds = {}, redis = USUAL.redis } = await guide;
    const keys = keysOf(feed, kinds) ?? keysOf(feed, USUAL.kinds);
    byId('loop').replaceChildren(copyable(loopFor(redis, keys), `a shell loop that reports the progress of ${feed}`));
}

async function start() {
    byId('feed').textContent = feed;
    const fault = faultOf(feed);
    if (fault !== null) return showNotice(fault);
    showLoop();
    byId('history').append(area, line);
    // First, so that what was there before the page has its time.
    const stored = await historyOf(feed, 1000).catch(() => []);
    for (const item of stored) times.set(item.id, Date.parse(item.stored_at));
    inbox = connect({ feeds: [feed], token: key });
    for (const type of ['notification', 'resync', 'removed']) inbox.addEventListener(type, showSoon);
    inbox.addEventListener('state', () => showState(inbox, [feed], refuse));
    showState(inbox, [feed], refuse);
    setInterval(show, 1_000);
    show();
}

const showSoon = oncePerTurn(show);

function show() {
    const now = Date.now();
    const samples = inbox.items.toReversed().map((item) => {
        if (!times.has(item.id)) times.set(item.id, now);
        return sampleOf(item.body, times.get(item.id));
    });
    if (times.size > MOST_TIMES) forgetTimes();
    const run = newestRun(samples.filter((sample) => sample !== null));
    byId('job').dataset.status = run?.status ?? 'waiting';
    if (run === null) return;
    const isSilent = !run.isOver && now - run.heardAt > SILENCE_MS;
    byId('percent').textContent = `${Math.round(run.percent)} %`;
    byId('bar').value = run.percent;
    const status = STATUS[run.status] ?? clip(run.status, 60);
    say('status', isSilent ? `No news for ${duration(now - run.heardAt)}` : status);
    say('message', clip(run.message ?? '', 300));
    say('elapsed', duration(run.isOver || isSilent ? run.elapsedMs : now - run.startedAt));
    say('rate', run.rate > 0 ? `${run.rate.toFixed(1)} %/s` : '–');
    say('remaining', run.remainingMs === null || isSilent ? '–' : duration(run.remainingMs));
    say('reports', run.samples.length.toLocaleString());
    draw(run);
    document.title = `${Math.round(run.percent)} % ${feed}`;
}

/** Keeps the times of what is listed. */
function forgetTimes() {
    const listed = new Set(inbox.items.map((item) => item.id));
    for (const known of times.keys()) if (!listed.has(known)) times.delete(known);
}

/** The percentage over the time of the run. */
function draw({ samples, startedAt, heardAt }) {
    const span = Math.max(heardAt - startedAt, 1);
    const points = samples.map(({ at, percent }) => [
        ((at - startedAt) / span) * CHART.width, CHART.height * (1 - percent / 100),
    ].map((coordinate) => coordinate.toFixed(1)).join());
    line.setAttribute('d', `M${points.join('L')}`);
    area.setAttribute('d', `M0,${CHART.height}L${points.join('L')}V${CHART.height}Z`);
}

/** Only where it changed, so that a screen reader hears it once. */
function say(part, text) {
    if (byId(part).textContent !== text) byId(part).textContent = text;
}

function duration(ms) {
    const seconds = ms / 1000;
    if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
    return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Says why, and how to declare the kind if that is why. */
function refuse({ status, message }) {
    showNotice(message);
    if (status !== 404) return;
    if (byId('declare').hidden) byId('declare-code').append(copyable(KIND, 'the kind job for config.json'));
    byId('declare').hidden = false;
}

byId('dismiss').addEventListener('click', () => { byId('notice').hidden = true; });
start();
