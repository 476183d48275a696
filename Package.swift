// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "flagpole",
    products: [
        .executable(name: "flagpole", targets: ["FlagpoleCommand"])
    ],
    targets: [
        // Kernel calls that Swift's Glibc module lacks: epoll, eventfd, signalfd, accept4, spawning.
        .systemLibrary(name: "CLinux"),
        // The Redis client library, from Debian's libhiredis-dev.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        // SQLite, from Debian's libsqlite3-dev.
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),

        // Pure: the JSON scanner, value tree and writer.
        .target(name: "JSON"),
        // Pure: HTTP/1.1 messages and Server-Sent Events, parsed and encoded without I/O.
        .target(name: "HTTP"),
        // Pure: the domain of feeds, kinds, entries and cursors.
        .target(name: "Feeds", dependencies: ["JSON"]),
        // Pure: who may read and write what: tokens, signatures, admin keys, addresses, limits.
        .target(name: "Access", dependencies: ["Feeds", "HTTP", "JSON"]),
        // Log lines and the metrics registry.
        .target(name: "Logging"),
        // Threads: the epoll event loop and the blocking executor, each the executor of one actor.
        .target(name: "Reactor", dependencies: ["CLinux"]),
        // The HTTP server's connections, event streams and router, on one event loop.
        .target(name: "HTTPServer", dependencies: ["CLinux", "HTTP", "Reactor"]),
        // A synchronous Redis client over hiredis.
        .target(name: "Redis", dependencies: ["CHiredis"]),
        // A synchronous SQLite client and its migrator.
        .target(name: "SQLite", dependencies: ["CSQLite"]),
        // The bridge itself: where configuration, poll loop, store, hub and API meet.
        .target(
            name: "Bridge",
            dependencies: [
                "Access", "CLinux", "Feeds", "HTTP", "HTTPServer", "JSON", "Logging", "Reactor", "Redis", "SQLite",
            ],
            // Tests of debug builds strike at chosen moments; release builds contain nothing of it.
            swiftSettings: [.define("FAULT_INJECTION", .when(configuration: .debug))],
            plugins: ["EmbedFiles"]
        ),
        // The command line.
        .executableTarget(
            name: "FlagpoleCommand",
            dependencies: [
                "Access", "Bridge", "CLinux", "Feeds", "HTTP", "JSON", "Logging", "Reactor", "Redis", "SQLite",
            ]
        ),

        // Turns migrations/, Sources/Web/ and Sources/Templates/ into string literals, so that the binary is self-contained.
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["EmbedFilesTool"]),
        .executableTarget(name: "EmbedFilesTool"),

        // What several test targets share.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "JSONTests", dependencies: ["CSQLite", "JSON", "TestSupport"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"]),
        .testTarget(name: "FeedsTests", dependencies: ["Feeds", "TestSupport"]),
        .testTarget(name: "AccessTests", dependencies: ["Access", "Feeds", "HTTP", "JSON", "TestSupport"]),
        .testTarget(name: "LoggingTests", dependencies: ["Logging"]),
        .testTarget(name: "ReactorTests", dependencies: ["Reactor"]),
        .testTarget(name: "HTTPServerTests", dependencies: ["HTTP", "HTTPServer", "Reactor", "TestSupport"]),
        .testTarget(name: "RedisTests", dependencies: ["Redis"]),
        .testTarget(name: "SQLiteTests", dependencies: ["SQLite"]),
        .testTarget(
            name: "BridgeTests",
            dependencies: [
                "Bridge", "Feeds", "HTTP", "HTTPServer", "JSON", "Logging", "Reactor", "Redis", "SQLite", "TestSupport",
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["Access", "FlagpoleCommand", "Feeds", "HTTP", "JSON", "Redis", "SQLite", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// Under a sanitizer are the program and its parts, each by its own tests, not what drives the program from outside.
if Context.environment["WITHOUT_INTEGRATION_TESTS"] != nil {
    package.targets.removeAll { $0.name == "IntegrationTests" }
}
