import Feeds

/// A cursor is read from exactly the text that it is written as.
func fuzz(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let cursor = Cursor(text) {
        require(cursor.description.utf8.elementsEqual(text.utf8), "\(cursor) is written as it was read")
        require(cursor.position >= 0 && !cursor.epoch.isEmpty, "\(cursor) names a place")
        require(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(cursor) can stand in a header")
    }
    let position = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    let epoch = bytes.dropFirst(8).prefix(16).map { Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)[Int($0) % 36] }
    guard !epoch.isEmpty else { return }
    let made = Cursor(epoch: String(decoding: epoch, as: UTF8.self), position: LogPosition(position >> 1))
    require(Cursor(made.description) == made, "\(made) is read as it was made")
}
