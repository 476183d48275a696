/// Counts a feed's unread.
package enum UnreadCount {
    /// Takes the feed's name: what has arrived and is not taken in does not count yet, what has expired no more.
    package static let query = """
        SELECT (SELECT count(*) FROM notifications WHERE feed = ?1 AND read_at IS NULL)
            - (SELECT count(*) FROM arrivals a JOIN notifications n ON n.seq = a.notification
                WHERE a.feed = ?1 AND n.read_at IS NULL)
            - (SELECT count(*) FROM expiring e JOIN notifications n ON n.seq = e.notification
                WHERE e.expires_at <= \(Timetable.now) AND e.feed = ?1 AND n.read_at IS NULL)
        """
}
