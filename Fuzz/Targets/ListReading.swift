import Feeds
import TestSupport

/// Whatever writers do to a list between two readings: a reading takes in all that is new, once, in the list's order.
func fuzz(_ bytes: [UInt8]) {
    var (list, reader) = (ListModel(), ListReader())
    var random = SeededGenerator(seed: UInt64(bytes.first ?? 0))
    for byte in bytes.dropFirst().prefix(64) {
        let amount = Int(byte >> 3)
        switch byte & 7 {
        case 0: list.push(1)
        case 1: list.push(amount)
        case 2: if list.entries.count < 300 { list.push(amount * 10) }
        case 3: list.trim(to: amount)
        case 4: list.remove(&random)
        case 5: list.delete()
        case 6: list.pushAgain(&random)
        default: read(list, &reader)
        }
    }
    read(list, &reader)
    require(Set(reader.taken).count == reader.taken.count, "nothing is taken twice")
}

private func read(_ list: ListModel, _ reader: inout ListReader) {
    let before = reader.taken.count
    var known = Set(reader.taken)
    reader.read(list)
    let expected = list.entries.filter { known.insert($0).inserted }
    require(Array(reader.taken[before...]) == expected, "all that is new is taken: \(expected)")
}
