/** Opens the inbox of these feeds; all tabs that ask for the same share one connection. */
export function connect(options: ConnectOptions): Inbox;

export interface ConnectOptions {
    /** `["user:42", "job:7"]`. */
    feeds: string[];
    /** Where Flagpole is; by default where flagpole.js came from. */
    url?: string;
    /** Sent as `Authorization: Bearer`. A function is asked before each call, and for the stream when it needs a new one. */
    token?: string | (() => string | Promise<string>);
    /** As for `fetch`: `include` sends cookies to a server of another origin, too. */
    credentials?: RequestCredentials;
    /** A same-origin copy of flagpole.js, where the page has it in a bundle or from elsewhere. */
    workerUrl?: string | URL;
    /** The ways to share a connection, the best first: where one fails, the next is gone. By default all, in this order. */
    share?: ('worker' | 'locks' | 'tabs')[];
}

export interface Notification {
    feed: string;
    /** Null only for what is never stored, which is not listed. */
    id: string | null;
    /** What was pushed. Anyone who can write to the feed chose it: show it as text. */
    body: Record<string, unknown>;
    /** The body's `event`, if it is a string. */
    event: string | null;
    /** Whether it was there before, or missed, rather than new. */
    replay: boolean;
    readAt: string | null;
    /** Known only of what `more` has loaded, and after a resync. */
    storedAt: string | null;
}

export interface State {
    name: 'connecting' | 'live' | 'offline';
    /** Empty, or why: `lost`, `auth-expired`, `no token`, `resync`, `ended`, `status 503`;
     *  else what the server or the browser said. */
    reason: string;
    /** Unix milliseconds. */
    since: number;
}

/** Which notifications of one feed; of all inboxes, where `all` comes without `feed`. */
export type Selection =
    | { ids: string[]; feed?: string }
    | { through: string; feed?: string }
    | { all: true; feed?: string };

export interface InboxEvents {
    /** Once for each, oldest first, in every tab: those already there (`replay`) and new ones. */
    notification: CustomEvent<Notification>;
    /** The unread counts have changed. */
    unread: CustomEvent<{ count: number; feeds: Record<string, number> }>;
    /** Something was read, or, where `readAt` is null, unread again; `items` is up to date. */
    read: CustomEvent<{ feed: string; ids?: string[]; through?: string; all?: true; readAt: string | null }>;
    removed: CustomEvent<{ feed: string; id: string }>;
    state: CustomEvent<State>;
    /** The list was replaced: draw `items` afresh. */
    resync: Event;
    /** Nothing more comes from this feed. */
    end: CustomEvent<{ feed: string }>;
}

export interface Inbox extends EventTarget {
    readonly state: State;
    /** Newest first; at most 1000, and 10,000 once `more` has loaded some, before it is cut to 1000 again. */
    readonly items: readonly Notification[];
    /** Over all inboxes, as the server counts. */
    readonly unread: number;
    readonly unreadByFeed: Readonly<Record<string, number>>;

    markRead(what: Selection): Promise<unknown>;
    markUnread(what: { ids: string[]; feed?: string }): Promise<unknown>;
    remove(id: string, feed?: string): Promise<unknown>;
    /** Loads the next page of each feed's history into `items`. Whether there is another. */
    more(): Promise<boolean>;
    /** True in exactly one tab of the browser, for a week: that one makes the toast or the sound. */
    claim(id: string, feed?: string): Promise<boolean>;
    close(): void;

    addEventListener<K extends keyof InboxEvents>(
        type: K, listener: (event: InboxEvents[K]) => void, options?: boolean | AddEventListenerOptions): void;
    removeEventListener<K extends keyof InboxEvents>(
        type: K, listener: (event: InboxEvents[K]) => void, options?: boolean | EventListenerOptions): void;
}
