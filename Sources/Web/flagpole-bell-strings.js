// Every word that the bell says. `{…}` stands for what is put in.

export const strings = {
    title: 'Notifications',
    button: 'Notifications',
    buttonWithCount: 'Notifications, {count} unread',
    markAll: 'Mark all as read',
    markRead: 'Mark as read: {title}',
    markUnread: 'Mark as unread: {title}',
    remove: 'Remove: {title}',
    older: 'Older',
    unread: 'Unread.',
    untitled: 'Notification',
    empty: 'Nothing yet.',
    arrived: 'New: {title}',
    arrivedMany: '{count} new notifications',
    connecting: 'Connecting…',
    offline: 'Offline. Trying again…',
    failed: 'That did not work: {reason}',
};

/** Puts values into a string's places. */
export const filled = (string, values) => string.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
