import Logging
import Testing

struct MetricsTests {
    private func lines(_ metrics: Metrics) -> [String] {
        let text = String(decoding: metrics.render(), as: UTF8.self)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test
    func `nothing is rendered of nothing`() {
        #expect(Metrics().render().isEmpty)
    }

    @Test
    func `families and series stand in order, help and type once`() {
        let metrics = Metrics()
        metrics.gauge("streams", help: "Open streams.").set(3)
        metrics.counter("entries_total", help: "Entries.", labels: [("result", "taken")]).add(5)
        metrics.counter("entries_total", help: "Entries.", labels: [("result", "bad"), ("kind", "user")]).add()
        metrics.counter("entries_total", help: "Entries.").add(0)
        #expect(
            lines(metrics) == [
                "# HELP entries_total Entries.",
                "# TYPE entries_total counter",
                "entries_total 0",
                #"entries_total{kind="user",result="bad"} 1"#,
                #"entries_total{result="taken"} 5"#,
                "# HELP streams Open streams.",
                "# TYPE streams gauge",
                "streams 3",
            ])
    }

    @Test
    func `a histogram counts each observation in all buckets that hold it`() {
        let metrics = Metrics()
        let histogram = metrics.histogram(
            "tick_seconds", help: "Ticks.", buckets: [0.0005, 0.25, 1, 10], labels: [("kind", "user")])
        for seconds in [0.0001, 0.0005, 0.125, 0.25, 2, 100] { histogram.observe(seconds) }
        #expect(
            lines(metrics) == [
                "# HELP tick_seconds Ticks.",
                "# TYPE tick_seconds histogram",
                #"tick_seconds_bucket{kind="user",le="0.0005"} 2"#,
                #"tick_seconds_bucket{kind="user",le="0.25"} 4"#,
                #"tick_seconds_bucket{kind="user",le="1"} 4"#,
                #"tick_seconds_bucket{kind="user",le="10"} 5"#,
                #"tick_seconds_bucket{kind="user",le="+Inf"} 6"#,
                #"tick_seconds_sum{kind="user"} 102.3756"#,
                #"tick_seconds_count{kind="user"} 6"#,
            ])
        #expect(histogram.count == 6)
    }

    @Test
    func `help and labels are escaped`() {
        let metrics = Metrics()
        metrics.counter("a", help: "A \"b\" \\ c\nd", labels: [("l", "x\"y\\z\nw é")]).add()
        #expect(
            lines(metrics) == [
                #"# HELP a A "b" \\ c\nd"#, "# TYPE a counter", #"a{l="x\"y\\z\nw é"} 1"#,
            ])
    }

    @Test(
        arguments: [
            (0, "0"), (-2, "-2"), (0.5, "0.5"), (1e-7, "1e-07"), (1e15, "1000000000000000"), (1e300, "1e+300"),
            (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func `numbers are written as Prometheus reads them`(_ value: Double, _ text: String) {
        let metrics = Metrics()
        metrics.gauge("g", help: "").set(value)
        #expect(lines(metrics).last == "g \(text)")
    }

    @Test
    func `who asks again gets the same metric, in whatever order the labels are`() {
        let metrics = Metrics()
        let labels = [("a", "1"), ("b", "2")]
        let counter = metrics.counter("c", help: "", labels: labels)
        #expect(metrics.counter("c", help: "", labels: labels.reversed()) === counter)
        #expect(metrics.counter("c", help: "", labels: [("a", "1")]) !== counter)
        #expect(metrics.gauge("g", help: "") === metrics.gauge("g", help: ""))
        #expect(
            metrics.histogram("h", help: "", buckets: [1]) === metrics.histogram("h", help: "", buckets: [1]))
    }

    @Test
    func `threads lose nothing of each other`() async {
        let metrics = Metrics()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1000 {
                        metrics.counter("c", help: "").add(2)
                        metrics.gauge("g", help: "").add(0.5)
                        metrics.histogram("h", help: "", buckets: [1]).observe(0.25)
                    }
                }
            }
        }
        #expect(metrics.counter("c", help: "").value == 8000)
        #expect(metrics.gauge("g", help: "").value == 2000)
        #expect(metrics.histogram("h", help: "", buckets: [1]).count == 4000)
    }

    @Test
    func `a name of two types is a mistake`() async {
        await #expect(processExitsWith: .failure) {
            let metrics = Metrics()
            _ = metrics.counter("a", help: "")
            _ = metrics.gauge("a", help: "")
        }
        await #expect(processExitsWith: .failure) {
            let metrics = Metrics()
            _ = metrics.counter("a", help: "", labels: [("x", "1")])
            _ = metrics.gauge("a", help: "", labels: [("x", "2")])
        }
    }

    @Test
    func `a name that Prometheus does not take is a mistake`() async {
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("a-b", help: "") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("1a", help: "") }
        await #expect(processExitsWith: .failure) { _ = Metrics().counter("a", help: "", labels: [("a:b", "")]) }
        await #expect(processExitsWith: .failure) {
            _ = Metrics().counter("a", help: "", labels: [("b", ""), ("b", "")])
        }
        await #expect(processExitsWith: .failure) { _ = Metrics().histogram("a", help: "", buckets: [2, 1]) }
    }
}
