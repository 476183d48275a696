/// One metric of any type.
enum Metric: Sendable {
    case counter(Counter)
    case gauge(Gauge)
    case histogram(Histogram)

    /// As Prometheus names it.
    var type: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}

/// The metrics of one name, which differ in their labels.
struct MetricFamily: Sendable {
    let help: String
    let type: String
    var series: [MetricLabels: Metric] = [:]

    func render(_ name: String, to text: inout String) {
        text += "# HELP \(name) \(help.escapingForMetrics(quotes: false))\n# TYPE \(name) \(type)\n"
        for (labels, metric) in series.sorted(by: { $0.key.text < $1.key.text }) {
            switch metric {
            case .counter(let counter): text += "\(name)\(labels) \(counter.value)\n"
            case .gauge(let gauge): text += "\(name)\(labels) \(gauge.value.metricText)\n"
            case .histogram(let histogram): histogram.render(name, labels, to: &text)
            }
        }
    }
}
