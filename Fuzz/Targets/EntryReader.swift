import Feeds
import HTTP
import JSON

private nonisolated(unsafe) var reader = EntryReader(maximumBytes: 512)  // libFuzzer has one thread.

/// An entry is taken if it is an object with a legal id, its id and name are those of the tree, and it reaches a client
/// as one event under that name.
func fuzz(_ bytes: [UInt8]) {
    let tree = try? JSONValue.parse(bytes)
    switch bytes.withUnsafeBufferPointer({ reader.read($0) }) {
    case .bad(let reason):
        let isFit = bytes.count <= 512 && tree?.asObject != nil
        require(!isFit || reason == .badID, "an object is set aside for its id alone, not as \(reason)")
    case .notification(let id, let event, let times):
        guard let tree, tree.asObject != nil else { return require(false, "what is taken is an object") }
        require(bytes.count <= 512, "what is taken is small enough")
        require(id.map(EntryReader.isID) ?? true, "an id is legal")
        require(event.map(EntryReader.isEventName) ?? true, "a name is legal")
        checkID(id, tree["id"])
        checkTime(times.deliverAt, tree["deliver_at"])
        checkTime(times.expiresAt, tree["expires_at"])
        for scalar in ((id ?? "") + (event ?? "")).unicodeScalars {
            let category = scalar.properties.generalCategory
            require(![.control, .lineSeparator, .paragraphSeparator].contains(category), "ids and names are one line")
        }
        require(event == nil || tree["event"]?.asString == event, "a name is the member's")
        checkEvent(bytes, id: id, event: event)
    }
}

private func checkID(_ id: String?, _ member: JSONValue?) {
    switch member {
    case nil, .null: require(id == nil, "who says no id gets one")
    case .string(let text): require(id?.utf8.elementsEqual(text.utf8) ?? text.isEmpty, "an id is the member's")
    case .number(let digits): require(id == digits, "an id is the number's digits")
    default: require(false, "an id is a string or a number")
    }
}

private func checkTime(_ time: Int64?, _ member: JSONValue?) {
    switch member {
    case .string(let text): require(time == RFC3339.parse(text), "a time is the member's")
    case .number: break
    default: require(time == nil, "a time is a string or a number")
    }
}

private func checkEvent(_ bytes: [UInt8], id: String?, event: String?) {
    var stream: [UInt8] = []
    let cursor = Cursor(epoch: "e", position: 7)
    ServerSentEvent.append(
        id: Array(cursor.description.utf8), event: event.map { Array($0.utf8) }, data: bytes.span, to: &stream)
    var parser = ServerSentEventParser()
    parser.append(stream)
    guard let received = try? parser.next() else { return require(false, "an entry is an event") }
    require((try? parser.next()) == .some(nil), "an entry is one event")
    require(Cursor(received.id) == cursor && received.event == event ?? "message", "an event has its cursor and name")
    require((try? JSONValue.parse(Array(received.data.utf8))) == (try? JSONValue.parse(bytes)), "an entry stays itself")
}
