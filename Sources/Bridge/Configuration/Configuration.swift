import Feeds
import JSON

/// Everything that can be configured, valid and complete.
///
/// Each section stands in a file of its own, in which a property gives a setting its default and a row of the section's
/// `settings` gives it its name and its allowed values. Reading, printing, the names in the environment and the words
/// of errors all follow from these rows.
package struct Configuration: Sendable, Equatable {
    package var server = Server()
    package var redis = RedisServer()
    /// The directory of the embedded Redis and, unless it is told otherwise, of the database.
    package var dataDirectory = "data"
    package var database = Database()
    package var poll = Polling()
    /// Every kind of feed, `user` first.
    package var kinds = [Configuration.userKind]
    /// What is sent to the streams that ask for events.
    package var events: [BroadcastFlag] = []
    package var auth = Auth()
    package var cors = CORS()
    /// The user's own paths.
    package var routes: [Route] = []
    /// Commands whose output goes to feeds.
    package var generators: [Generator] = []
    package var log = Log()

    /// The defaults.
    package init() {}
}

extension Configuration {
    static let table = SettingsTable(
        Server.settings + RedisServer.settings + [Setting("data_dir", \.dataDirectory, .path)] + Database.settings
            + Polling.settings + Auth.settings + CORS.settings + [
                Setting("kinds", \.kinds), .events("events"), .routes, .generators,
            ] + Log.settings)

    /// The file at the path that data directory and database give; the path is relative to the current directory.
    package var databasePath: String {
        get { database.explicitPath ?? "\(dataDirectory)/flagpole.sqlite3" }
        set { database.explicitPath = newValue }
    }

    /// The kind of a feed; nil where the configuration has none of that name.
    package func kind(of feed: FeedName) -> Kind? {
        kinds.first { $0.name == feed.kind }
    }
}
