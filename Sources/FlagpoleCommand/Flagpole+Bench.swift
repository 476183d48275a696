import Bridge
import JSON
import Reactor

extension Flagpole {
    private static let streams = CommandOption(
        name: "streams", value: "N", summary: "streams, 100 unless told otherwise")
    private static let feedCount = CommandOption(name: "feeds", value: "N", summary: "feeds that they share, one each")
    private static let messages = CommandOption(name: "messages", value: "N", summary: "notifications, 1000")
    private static let rate = CommandOption(name: "rate", value: "N", summary: "notifications a second, 200")
    private static let running = CommandOption(
        name: "running", summary: "measure the configuration's bridge, which has to run, instead of one of its own")

    static let bench = Command(
        name: "bench", summary: "measure latency and throughput on this machine, and count what is lost or doubled",
        details: """
            Starts a bridge of its own with the default settings, in a directory that goes afterwards. Notifications are pushed
            to Redis as an application does, first at the rate, then as fast as possible, and every stream has to get each
            of its own once and in order; otherwise the exit status is 1. With --running what it pushes, to feeds user:bench.*, is
            stored by that bridge until it is too old.
            """,
        options: [.config, .environmentFile, .url, running, streams, feedCount, messages, rate, .json]
    ) { arguments throws(CommandError) in
        let count = try arguments.count(streams) ?? 100
        let load = try BenchLoad(
            streams: count, feeds: try arguments.count(feedCount) ?? count,
            messages: try arguments.count(messages) ?? 1000,
            rate: try arguments.count(rate) ?? 200)
        guard !arguments.has(running), !arguments.has(.url) else {
            return try measure(
                load, try arguments.configuration(), try arguments.address(), isJSON: arguments.has(.json))
        }
        let own = try TemporaryBridge()
        defer { withExtendedLifetime(own) {} }
        return try measure(load, own.configuration, own.address, isJSON: arguments.has(.json))
    }

    private static func measure(
        _ load: BenchLoad, _ configuration: Configuration, _ address: ServerAddress, isJSON: Bool
    ) throws(CommandError) -> Int32 {
        let began = MonotonicTime.now
        var run = try BenchRun(load, configuration, at: address)
        let connecting = MonotonicTime.now.seconds(since: began)
        let latencies = try run.sendAtRate()
        let throughput = try run.sendAtOnce()
        run.cleanUp()
        let report = BenchReport(
            load: load, connectingSeconds: connecting, quiet: latencies.quiet, busy: latencies.busy,
            throughput: throughput, ledger: run.ledger)
        Terminal.output.write(isJSON ? report.json.encoded() + [UInt8(ascii: "\n")] : Array(report.text.utf8))
        return run.ledger.isSound ? 0 : 1
    }
}
