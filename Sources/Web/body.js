// What a notification says. A body is whatever a writer pushed: each member is used only where it has the expected
// type, and is left among the rest where not.

/** The longest text put into one element; a notification may be 64 KiB. */
const LONGEST = 4000;
const TIME_MEMBERS = ['created_at', 'timestamp', 'time'];
const LINK_MEMBERS = ['url', 'link'];

/**
 * Splits a body into the parts that have a look of their own, null where there is none, and the rest.
 *
 * `link` is an address that is safe to follow, `time` a Date, `progress` has `percent` and `status`.
 */
export function dissect(body) {
    const none = { title: null, event: null, message: null, progress: null, link: null, time: null };
    if (!isObject(body)) return { ...none, rest: body ?? null };
    const rest = { ...body };
    const take = (name, usable) => {
        const value = Object.hasOwn(rest, name) ? usable(rest[name]) : null;
        if (value !== null) delete rest[name];
        return value;
    };
    // The envelope has said the id already.
    take('id', (value) => (isObject(value) ? null : true));
    const parts = {
        title: take('title', text),
        event: take('event', text),
        message: take('message', text),
        link: firstOf(LINK_MEMBERS, (name) => take(name, safeLink)),
        time: firstOf(TIME_MEMBERS, (name) => take(name, date)),
    };
    const percent = take('percent', (value) => (Number.isFinite(value) ? value : null));
    parts.progress = percent === null ? null : { percent, status: take('status', text) };
    return { ...parts, rest: Object.keys(rest).length > 0 ? rest : null };
}

/** Cuts a text to what a reader can use, and says how much is missing. */
export function clip(whole, longest = LONGEST) {
    if (whole.length <= longest) return whole;
    return `${whole.slice(0, longest)} … ${(whole.length - longest).toLocaleString()} more characters`;
}

/** When a notification was stored, where its body does not say: known, just now, or null. */
export function storedAt({ storedAt: stored, replay }) {
    if (stored) return new Date(stored);
    return replay ? null : new Date();
}

function firstOf(names, read) {
    for (const name of names) {
        const value = read(name);
        if (value !== null) return value;
    }
    return null;
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

const text = (value) => (typeof value === 'string' && value.trim() !== '' ? value : null);

/** An address to follow: relative, http or https; anything else (javascript:, data:) stays text. */
function safeLink(value) {
    if (typeof value !== 'string' || !URL.canParse(value, document.baseURI)) return null;
    const { protocol, href } = new URL(value, document.baseURI);
    return protocol === 'http:' || protocol === 'https:' ? href : null;
}

/** A time as writers give it: RFC 3339, or a number, of seconds where it is below 10^11. */
function date(value) {
    const isTime = typeof value === 'number' || (typeof value === 'string' && /^\d{4}-\d\d-\d\d[Tt ]/.test(value));
    if (!isTime) return null;
    const made = new Date(typeof value === 'number' && value < 1e11 ? value * 1000 : value);
    return Number.isNaN(made.getTime()) ? null : made;
}
