import Synchronization

/// The metrics of the process, rendered for Prometheus.
///
/// Asking for a metric that exists returns it, so any part of the program may ask; keep what is returned where it is
/// used often. To use a name for two types, or with other buckets, is a programmer's mistake, as is a name outside
/// Prometheus's data model.
package final class Metrics: Sendable {
    private let families = Mutex<[String: MetricFamily]>([:])

    package init() {}

    /// A count that only grows; by convention its name ends in `_total`.
    package func counter(_ name: String, help: String, labels: [(String, String)] = []) -> Counter {
        guard case .counter(let counter) = metric(name, help, labels, make: { .counter(Counter()) }) else {
            preconditionFailure("\(name) is not a counter")
        }
        return counter
    }

    /// A figure that goes up and down.
    package func gauge(_ name: String, help: String, labels: [(String, String)] = []) -> Gauge {
        guard case .gauge(let gauge) = metric(name, help, labels, make: { .gauge(Gauge()) }) else {
            preconditionFailure("\(name) is not a gauge")
        }
        return gauge
    }

    /// A distribution of durations; `buckets` are their upper bounds in seconds, ascending, without infinity.
    package func histogram(
        _ name: String, help: String, buckets: [Double], labels: [(String, String)] = []
    ) -> Histogram {
        precondition(!labels.contains { $0.0 == "le" }, "le is the label of buckets")
        guard
            case .histogram(let histogram) = metric(
                name, help, labels, make: { .histogram(Histogram(buckets: buckets)) }),
            histogram.buckets == buckets
        else { preconditionFailure("\(name) is not a histogram with these buckets") }
        return histogram
    }

    /// The text exposition format 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`), families and their series in
    /// the order of their names and labels.
    package func render() -> [UInt8] {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            family.render(name, to: &text)
        }
        return Array(text.utf8)
    }

    private func metric(
        _ name: String, _ help: String, _ labels: [(String, String)], make: () -> Metric
    ) -> Metric {
        precondition(MetricName.isValid(name, allowingColons: true), "not a metric's name: \(name)")
        let labels = MetricLabels(labels)
        return families.withLock { families in
            if let metric = families[name]?.series[labels] { return metric }
            let metric = make()
            var family = families[name] ?? MetricFamily(help: help, type: metric.type)
            precondition(family.type == metric.type, "\(name) is a \(family.type)")
            family.series[labels] = metric
            families[name] = family
            return metric
        }
    }
}
