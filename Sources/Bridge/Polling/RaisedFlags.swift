/// A flag that was seen up, with the value that it had.
struct RaisedFlag {
    let slot: Int
    let value: [UInt8]
}

/// Flags that were seen up and are still to be lowered; the one that waits longest is taken first.
///
/// A flag that is seen again keeps its place, so that under a lasting flood none waits forever.
struct RaisedFlags {
    /// By the slots of their feeds; an empty value is that of a flag that is no longer up.
    private var values: [Int: [UInt8]] = [:]
    /// The slots in the order of waiting, each once.
    private var order = SlotQueue()

    var isEmpty: Bool { values.isEmpty }

    /// Notes that a flag is up, with the value that it has now.
    mutating func note(_ slot: Int, _ value: [UInt8]) {
        if values.updateValue(value, forKey: slot) == nil { order.append(slot) }
    }

    /// Notes that a flag was seen down, or that its feed is gone.
    mutating func forget(_ slot: Int) {
        if !values.isEmpty && values[slot] != nil { values[slot] = [] }
    }

    mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        order.removeAll()
    }

    mutating func popFirst() -> RaisedFlag? {
        while let slot = order.popFirst() {
            if let value = values.removeValue(forKey: slot), !value.isEmpty {
                return RaisedFlag(slot: slot, value: value)
            }
        }
        return nil
    }
}
