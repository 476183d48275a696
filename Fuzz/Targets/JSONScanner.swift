import JSON

private nonisolated(unsafe) let sqlite = SQLiteJSON()  // libFuzzer has one thread.

/// Bytes are JSON if they are UTF-8 without NUL and SQLite thinks so; the tree and the object scanner agree; and a tree
/// written and read is the same.
func fuzz(_ bytes: [UInt8]) {
    let fault = fault(in: bytes)
    require((0...bytes.count).contains(fault?.offset ?? 0), "a fault lies in the bytes")
    let tree = try? JSONValue.parse(bytes)
    require((tree == nil) == (fault != nil), "scanner and tree agree")
    if fault?.reason != .tooDeep, fault.map({ SQLiteJSON.isLenient(about: $0, in: bytes) }) != true {
        let isText = String(validating: bytes, as: UTF8.self) != nil && !bytes.contains(0)
        require((fault == nil) == (isText && sqlite.isValid(bytes)), "SQLite agrees: \(fault?.description ?? "taken")")
    }
    guard let tree else { return }
    require((try? JSONValue.parse(tree.encoded())) == tree, "a tree is read as it is written")
    require((try? JSONValue.parse(tree.encoded(pretty: true))) == tree, "so is a pretty one")
    require(tree.encoded().allSatisfy { $0 >= 0x20 }, "a tree is written on one line")
    compareMembers(of: tree, in: bytes)
}

private func fault(in bytes: [UInt8]) -> JSONError? {
    bytes.withUnsafeBufferPointer { bytes in
        do throws(JSONError) {
            try JSONScanner.validate(bytes)
            return nil
        } catch {
            return error
        }
    }
}

private func compareMembers(of tree: JSONValue, in bytes: [UInt8]) {
    let names = ["id", "event", "a", ""]
    let scanner = JSONObjectScanner(members: names)
    var found: [JSONRawValue?] = []
    let isObject = bytes.withUnsafeBufferPointer { (try? scanner.scan($0, found: &found)) != nil }
    require(isObject == (tree.asObject != nil), "the object scanner takes objects")
    guard let object = tree.asObject else { return }
    for (name, raw) in zip(names, found) {
        let value = raw.flatMap { try? JSONValue.parse(Array(bytes[$0.range])) }
        require(value == object[name], "the member \(name) is found")
    }
}
