extension Configuration {
    /// The HTTP server; a limit of 0 is none.
    package struct Server: Sendable, Equatable {
        /// An IPv4 or IPv6 literal, `localhost`, or `unix://` and the path of a socket.
        package var host = "127.0.0.1"
        /// 0: the kernel chooses one.
        package var port = 8080
        /// How many event loops share the port.
        package var threads = 1
        /// Names, in lower case, by which requests may address the server besides IP literals and `localhost`.
        package var hosts: [String] = []
        /// Where operators ask, without a key.
        package var admin: AdminAddress?
        package var maxStreams = 100_000
        package var maxStreamsPerFeed = 0
        package var maxStreamsPerAddress = 0
        package var maxStreamsPerIdentity = 0
        package var maxFeedsPerStream = 100
        package var requestsPerSecondPerAddress = 0
        package var requestsPerSecondPerKey = 0
        package var maxRequestLineBytes = 8192
        package var maxHeaderBytes = 16_384
        package var maxBodyBytes = 1_048_576
        /// How many connections may have no whole request, and how many bytes requests without an answer may take together.
        package var maxWaitingConnections = 4096
        package var maxBufferedRequestBytes = 67_108_864
        /// How long the head of a request may take, then its body, and the silence before the next one.
        package var headTimeoutMilliseconds = 10_000
        package var bodyTimeoutMilliseconds = 30_000
        package var idleTimeoutMilliseconds = 60_000
        /// What streams are told to wait before they come back.
        package var retryMilliseconds = 3000
        /// The silence after which a stream gets a heartbeat.
        package var pingMilliseconds = 15_000
        /// A stream's lifetime.
        package var maxStreamMilliseconds = 0
        /// How many notifications a stream without cursor starts with at most.
        package var backlogLimit = 100
        /// What may wait for a stream in memory before it is fed from disk.
        package var maxPendingBytes = 262_144
        /// How long a stream may take nothing before it is closed.
        package var stalledStreamMilliseconds = 60_000
        /// How long a shutdown waits for what is under way.
        package var drainMilliseconds = 5000

        static let settings: [Setting<Configuration>] = [
            Setting("server.host", \.server.host, .host),
            Setting("server.port", \.server.port, .integer(0...65_535)),
            Setting("server.threads", \.server.threads, .integer(1...64)),
            Setting("server.hosts", \.server.hosts, .hostNames),
            Setting("server.admin", \.server.admin, .adminAddress),
            Setting("server.max_streams", \.server.maxStreams, .integer(0...10_000_000)),
            Setting("server.max_streams_per_feed", \.server.maxStreamsPerFeed, .integer(0...10_000_000)),
            Setting("server.max_streams_per_address", \.server.maxStreamsPerAddress, .integer(0...10_000_000)),
            Setting("server.max_streams_per_identity", \.server.maxStreamsPerIdentity, .integer(0...10_000_000)),
            Setting("server.max_feeds_per_stream", \.server.maxFeedsPerStream, .integer(1...1000)),
            Setting(
                "server.requests_per_second_per_address", \.server.requestsPerSecondPerAddress, .integer(0...1_000_000)),
            Setting("server.requests_per_second_per_key", \.server.requestsPerSecondPerKey, .integer(0...1_000_000)),
            Setting("server.max_request_line_bytes", \.server.maxRequestLineBytes, .integer(256...1_048_576)),
            Setting("server.max_header_bytes", \.server.maxHeaderBytes, .integer(1024...1_048_576)),
            Setting("server.max_body_bytes", \.server.maxBodyBytes, .integer(1...1_073_741_824)),
            Setting("server.max_waiting_connections", \.server.maxWaitingConnections, .integer(16...1_000_000)),
            Setting(
                "server.max_buffered_request_bytes", \.server.maxBufferedRequestBytes,
                .integer(65_536...17_179_869_184)),
            Setting("server.head_timeout_ms", \.server.headTimeoutMilliseconds, .integer(100...600_000)),
            Setting("server.body_timeout_ms", \.server.bodyTimeoutMilliseconds, .integer(100...3_600_000)),
            Setting("server.idle_timeout_ms", \.server.idleTimeoutMilliseconds, .integer(100...3_600_000)),
            Setting("server.retry_ms", \.server.retryMilliseconds, .integer(1...3_600_000)),
            Setting("server.ping_ms", \.server.pingMilliseconds, .integer(10...3_600_000)),
            Setting("server.max_stream_ms", \.server.maxStreamMilliseconds, .integer(0...604_800_000)),
            Setting("server.backlog_limit", \.server.backlogLimit, .integer(1...10_000)),
            Setting("server.max_pending_bytes", \.server.maxPendingBytes, .integer(1024...1_073_741_824)),
            Setting("server.stalled_stream_ms", \.server.stalledStreamMilliseconds, .integer(100...86_400_000)),
            Setting("server.drain_ms", \.server.drainMilliseconds, .integer(0...600_000)),
        ]
    }
}
