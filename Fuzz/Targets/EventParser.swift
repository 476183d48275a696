import HTTP

/// An event stream means the same whole and in pieces, and what is read, written again, is read the same.
func fuzz(_ bytes: [UInt8]) {
    let whole = read([bytes[...]])
    let pieces = read(bytes.pieces())
    require(whole == pieces, "pieces mean what the whole means: \(whole), \(pieces)")
}

private struct Outcome: Equatable {
    var events: [ReceivedEvent] = []
    var failed = false
    var lastEventID = ""
    var retry: Int?
}

private func read(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
    var parser = ServerSentEventParser(maxEventBytes: 128)
    var outcome = Outcome()
    do {
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                require(!event.event.isEmpty, "an event has a name")
                require(!event.id.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "an id is one line")
                outcome.events.append(event)
            }
        }
    } catch {
        outcome.failed = true
    }
    (outcome.lastEventID, outcome.retry) = (parser.lastEventID, parser.retryMilliseconds)
    return outcome
}
