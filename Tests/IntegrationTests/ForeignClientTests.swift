import Foundation
import HTTP
import Testing

/// Programs that others wrote read a stream and resume it, from the bridge itself and through nginx.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ForeignClientTests {
    private static let python = ProcessInfo.processInfo.environment["CLIENTS_PYTHON"]
    private static let files = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Clients").path

    private let bridge: FlagpoleProcess
    private let nginx: Nginx?
    private let place: TemporaryDirectory

    init() throws {
        // Clients on top of `requests` see a block of 128 bytes when it is full.
        bridge = try FlagpoleProcess(["server": ["ping_ms": 300]])
        nginx = Nginx.isInstalled ? try Nginx(upstream: "127.0.0.1:\(bridge.port)") : nil
        place = try TemporaryDirectory()
    }

    /// What a client prints of so many notifications: cursors and data.
    private func run(_ arguments: [String]) throws -> [(cursor: String, data: String)] {
        let client = try ChildProcess(arguments, output: place.path("output"), errors: place.path("errors"))
        #expect(try client.wait(within: .seconds(30)) == 0, "\(place.text("errors"))")
        return place.text("output").split(separator: "\n").map { line in
            let parts = line.split(separator: "\t", maxSplits: 1)
            return (String(parts[0]), String(parts.last ?? ""))
        }
    }

    /// Has a client read two notifications, and after it has gone a third, each way to the bridge.
    private func expectReading(_ arguments: (_ url: String, _ cursor: String, _ count: String) -> [String]) throws {
        for (number, port) in ([bridge.port] + [nginx?.port].compactMap { $0 }).enumerated() {
            let feed = "user:\(number)"
            let url = "http://127.0.0.1:\(port)/v1/stream?feed=\(feed)"
            let sent = ["a", "b", "ü 漢 \u{1F600}"].map { #"{"id":"\#($0)"}"# }
            try bridge.redis().push(Array(sent[..<2]), to: feed)
            let read = try run(arguments(url, "", "2"))
            #expect(read.map(\.data) == Array(sent[..<2]))
            try bridge.redis().push(sent[2], to: feed)
            #expect(try run(arguments(url, #require(read.last?.cursor), "1")).map(\.data) == [sent[2]])
        }
    }

    @Test(
        .enabled(if: python != nil, "CLIENTS_PYTHON names no Python with Tests/Clients/requirements.txt"),
        arguments: ["aiohttp", "httpx-sse", "requests-sse", "sseclient-py"])
    func `clients from PyPI read and resume`(library: String) throws {
        try expectReading { [Self.python ?? "python3", Self.files + "/read.py", library, $0, $1, $2] }
    }

    private static let hasEventSource =
        (try? ChildProcess(["node", "--experimental-eventsource", "-e", "new EventSource('x:').close()"]).wait()) == 0

    @Test(.enabled(if: hasEventSource, "there is no Node with an EventSource"))
    func `Node's EventSource reads and resumes`() throws {
        try expectReading { ["node", "--experimental-eventsource", Self.files + "/read.mjs", $0, $1, $2] }
    }

    @Test func `curl reads and resumes`() throws {
        try expectReading { url, cursor, count in
            let script = #"""
                curl -sN --max-time 20 ${2:+-H "Last-Event-ID: $2"} "$1" | while IFS= read -r line; do
                    case $line in
                    "id: "*) id=${line#id: } ;;
                    "event: "*) event=${line#event: } ;;
                    "data: "*) [ "$event" ] || { printf '%s\t%s\n' "$id" "${line#data: }"; set -- "$1" "$2" $(($3 - 1)); } ;;
                    "") event="" ;;
                    esac
                    [ "$3" -gt 0 ] || exit 0
                done
                """#
            return ["sh", "-c", script, "sh", url, cursor, count]
        }
    }
}
