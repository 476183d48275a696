import Foundation
import JSON
import Testing

@testable import FlagpoleCommand

/// `flagpole bench`.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct BenchCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func run(_ arguments: String...) throws -> CommandResult {
        let process = try ChildProcess(
            [FlagpoleProcess.program, "bench"] + arguments, environment: ["TMPDIR": directory.path],
            output: directory.path("output"), errors: directory.path("errors"))
        defer {
            for file in ["output", "errors"] { try? FileManager.default.removeItem(atPath: directory.path(file)) }
        }
        return CommandResult(
            status: try process.wait(), output: directory.text("output"), errors: directory.text("errors"))
    }

    @Test func `a bridge of its own gets all to all, is told of in figures, and leaves nothing behind`() throws {
        let result = try run(
            "--streams", "30", "--feeds", "10", "--messages", "150", "--rate", "300", "--json")
        #expect(result.status == 0, "\(result.errors)")
        let report = result.output.json
        #expect(report["expected"] == .number("900") && report["delivered"] == .number("900"))
        #expect(["lost", "duplicates", "out_of_order"].allSatisfy { report[$0] == .number("0") })
        let slowest = try #require(report["quiet_latency_ms"]?["max"]?.asDouble)
        #expect(slowest > 0 && slowest < 15_000)
        #expect(report["deliveries_per_second"]?.asInt ?? 0 > 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }

    @Test func `a bridge that runs is measured where it is, and its Redis is left as it was`() throws {
        let bridge = try FlagpoleProcess(["server": ["port": LoopbackSocket.unusedPort()]])
        let result = try bridge.run(
            "bench", "--running", "--streams", "4", "--messages", "20", "--rate", "100", "--json")
        #expect(result.status == 0 && result.output.json["delivered"] == .number("40"), "\(result.errors)")
        #expect(try bridge.redis().command("KEYS", "*bench*").count == 0)
        let text = try bridge.run("bench", "--running", "--streams", "2", "--messages", "4").output
        #expect(text.contains("sound       8 of 8 delivered, 0 lost, 0 doubled, 0 out of order"))
    }

    @Test(arguments: [
        (["--streams", "0"], "--streams"), (["--streams", "10001"], "allowed are 1 to 10000"),
        (["--feeds", "101"], "only 100 streams"), (["--messages", "1000000", "--rate", "1"], "longer than 120 s"),
        (["--messages", "100000", "--rate", "5000", "--feeds", "1"], "more than 2000000 deliveries"),
        (["--messages", "\(Int.max)", "--rate", "\(Int.max)"], "more than 2000000 deliveries"),
    ])
    func `more than a moment's work is refused`(options: [String], says: String) throws {
        let process = try ChildProcess([FlagpoleProcess.program, "bench"] + options, errors: directory.path("errors"))
        #expect(try process.wait() == 64)
        #expect(directory.text("errors").contains(says))
    }

    @Test func `what is lost, doubled or out of order is noticed`() throws {
        var ledger = BenchLedger(try BenchLoad(streams: 3, feeds: 2, messages: 3, rate: 1))
        for (number, feed) in [0, 1, 0].enumerated() {
            #expect(ledger.send(to: feed, streams: feed == 0 ? 2 : 1, at: 0) == number)
        }
        #expect(ledger.expected == 5 && !ledger.isSound)
        for (number, stream) in [(0, 0), (2, 0), (2, 2), (1, 1)] { ledger.arrive(number, stream: stream, at: 1) }
        #expect(ledger.lost == 1 && ledger.duplicates == 0 && ledger.disorders == 0 && !ledger.isSound)
        ledger.arrive(0, stream: 2, at: 1)
        #expect(ledger.lost == 0 && ledger.disorders == 1 && !ledger.isSound)
        ledger.arrive(1, stream: 1, at: 1)
        #expect(ledger.duplicates == 1 && ledger.delivered == 5)
    }

    @Test func `a percentile is the latency that so many do not exceed`() {
        let latencies = Latencies((1...200).map { $0 * 1_000_000 })
        #expect([50, 99, 99.9, 100, 0].map { latencies.percentile($0) } == [100, 198, 200, 200, 1])
        #expect(Latencies([]).percentile(50) == 0)
    }
}
