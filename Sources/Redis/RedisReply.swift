import CHiredis

/// A reply, or an element of one: a view into the tree that hiredis read.
///
/// Copies and elements share the tree and keep it alive, so that none can outlive its bytes. A copy costs a reference
/// count; nothing is copied out of the tree but by ``string``. Confined to the thread of its connection.
package struct RedisReply {
    /// The types of RESP2.
    package enum Kind: Sendable {
        case `nil`, integer, string, status, error, array
    }

    private let tree: Tree
    private let node: UnsafePointer<redisReply>

    /// Takes over a reply from `redisGetReply`, and frees it with the last view.
    init(owning root: UnsafeMutablePointer<redisReply>) {
        tree = Tree(root)
        node = UnsafePointer(root)
    }

    private init(_ node: UnsafePointer<redisReply>, of tree: Tree) {
        self.tree = tree
        self.node = node
    }

    package var kind: Kind {
        switch node.pointee.type {
        case REDIS_REPLY_INTEGER: .integer
        case REDIS_REPLY_STRING: .string
        case REDIS_REPLY_STATUS: .status
        case REDIS_REPLY_ERROR: .error
        case REDIS_REPLY_ARRAY: .array
        default: .nil
        }
    }

    /// The number of an integer reply; 0 for every other kind.
    package var integer: Int64 { node.pointee.type == REDIS_REPLY_INTEGER ? node.pointee.integer : 0 }

    /// The text of a string, status or error, its invalid UTF-8 replaced; empty for every other kind.
    package var string: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    /// The error of an error reply; nil for every other kind.
    package var serverError: RedisServerError? {
        kind == .error ? RedisServerError(text: string) : nil
    }

    /// Calls `body` with the bytes of a string, status or error, or with none for every other kind.
    ///
    /// The bytes are valid only during the call.
    @inlinable
    package func withBytes<T, E: Error>(_ body: (UnsafeBufferPointer<UInt8>) throws(E) -> T) throws(E) -> T {
        defer { extendLifetime(self) }
        return try body(bytes)
    }

    @usableFromInline
    var bytes: UnsafeBufferPointer<UInt8> {
        guard let start = node.pointee.str else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(
            start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self),
            count: node.pointee.len
        )
    }

    /// How many elements an array has; 0 for every other kind.
    package var count: Int { node.pointee.elements }

    /// The element at `index`, which must be in `0..<count`; it copies nothing.
    package func element(_ index: Int) -> RedisReply {
        guard index >= 0, index < count, let child = node.pointee.element?[index] else {
            preconditionFailure("a reply of \(count) elements has none at \(index)")
        }
        return RedisReply(child, of: tree)
    }
}

extension RedisReply {
    private final class Tree {
        private let root: UnsafeMutablePointer<redisReply>

        init(_ root: UnsafeMutablePointer<redisReply>) { self.root = root }

        deinit { freeReplyObject(root) }
    }
}
