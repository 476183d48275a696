import Feeds
import HTTPServer

/// What a stream wants of its feeds beside what their kinds let through; streams that want the same share one.
final class StreamSelection {
    let conditions: [EntryCondition]
    fileprivate(set) var streams = 0
    private var judge: EntryJudge
    /// What was judged last, so that each notification is looked at once, however many streams ask.
    private var judged: (number: Int64, isWanted: Bool)?

    fileprivate init(_ conditions: [EntryCondition]) {
        self.conditions = conditions
        judge = EntryJudge(EntryRules(conditions: conditions))
    }

    /// Whether a notification is wanted, whose bytes are `body`.
    ///
    /// A feed's last entry everyone gets.
    func wants(_ notification: CommittedNotification, _ body: UnsafeBufferPointer<UInt8>) -> Bool {
        notification.isLast == true || wants(notification.position, body)
    }

    /// Whether something is wanted that no other has the number of.
    func wants(_ number: Int64, _ body: UnsafeBufferPointer<UInt8>) -> Bool {
        if let judged, judged.number == number { return judged.isWanted }
        let isWanted = judge.judge(body).isSent
        judged = (number, isWanted)
        return isWanted
    }
}

/// The conditions of streams that have some.
struct StreamSelections {
    private var byStream: [Int32: StreamSelection] = [:]
    private var byConditions: [[EntryCondition]: StreamSelection] = [:]

    subscript(stream: Int32) -> StreamSelection? { byStream[stream] }

    mutating func add(_ conditions: [EntryCondition], stream: Int32) {
        guard !conditions.isEmpty else { return }
        let selection = byConditions[conditions] ?? StreamSelection(conditions)
        selection.streams += 1
        byConditions[conditions] = selection
        byStream[stream] = selection
    }

    mutating func remove(stream: Int32) {
        guard let selection = byStream.removeValue(forKey: stream) else { return }
        selection.streams -= 1
        if selection.streams == 0 { byConditions[selection.conditions] = nil }
    }
}
