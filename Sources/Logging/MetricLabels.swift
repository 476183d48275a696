/// The labels that tell a series from others of its family, in the order of their names.
struct MetricLabels: Hashable, Sendable, CustomStringConvertible {
    /// `name="value",...`, escaped.
    let text: String

    init(_ labels: [(String, String)]) {
        let labels = labels.sorted { $0.0 < $1.0 }
        precondition(Set(labels.map(\.0)).count == labels.count, "a label is given twice")
        text = labels.map { name, value in
            precondition(MetricName.isValid(name, allowingColons: false), "not a label's name: \(name)")
            return "\(name)=\"\(value.escapingForMetrics(quotes: true))\""
        }.joined(separator: ",")
    }

    private init(text: String) {
        self.text = text
    }

    /// With the label of a histogram's bucket behind the others.
    func with(upperBound: Double) -> MetricLabels {
        MetricLabels(text: (text.isEmpty ? "" : text + ",") + "le=\"\(upperBound.metricText)\"")
    }

    var description: String { text.isEmpty ? "" : "{\(text)}" }
}

/// What Prometheus's data model takes for names.
enum MetricName {
    static func isValid(_ name: String, allowingColons: Bool) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowingColons
            default: false
            }
        }
    }
}

extension String {
    /// For a help text, or with `quotes` for a label's value.
    func escapingForMetrics(quotes: Bool) -> String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\"" where quotes: result += #"\""#
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Double {
    /// As Prometheus writes numbers: whole ones without a fraction, infinity as `+Inf`.
    var metricText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        return Int(exactly: self)?.description ?? description
    }
}
