import JSON

/// A node of the accessibility tree, as a screen reader is given it.
struct AccessibleNode: Equatable {
    let role: String
    let name: String
    let properties: [String: String]
}

extension PageWindow {
    /// What the browser tells assistive technology, shadow trees included.
    func accessibilityTree() throws -> [AccessibleNode] {
        let tree = try command("goog/cdp/execute", ["cmd": "Accessibility.getFullAXTree", "params": [String: Any]()])
        return (tree["nodes"]?.asArray ?? []).filter { $0["ignored"]?.asBool != true }.map { node in
            let properties = (node["properties"]?.asArray ?? []).compactMap { property -> (String, String)? in
                guard let name = property["name"]?.asString, let value = property["value"]?["value"] else { return nil }
                return (name, value.asString ?? value.asInt.map(String.init) ?? value.asBool.map(String.init) ?? "")
            }
            return AccessibleNode(
                role: node["role"]?["value"]?.asString ?? "", name: node["name"]?["value"]?.asString ?? "",
                properties: Dictionary(properties) { first, _ in first })
        }
    }
}
