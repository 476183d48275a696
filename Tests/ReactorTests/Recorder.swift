import Reactor
import Synchronization

/// What threads noted, in order.
final class Recorder<Element: Sendable>: Sendable {
    private let noted = Mutex<[Element]>([])

    var all: [Element] { noted.withLock { $0 } }

    func note(_ element: Element) { noted.withLock { $0.append(element) } }
}

/// An actor on an executor of a test's choice, which notes what reaches it.
actor Worker<Executor: ThreadExecutor> {
    nonisolated let executor: Executor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private(set) var received: [Int] = []

    init(_ executor: Executor) { self.executor = executor }

    func receive(_ number: Int) { received.append(number) }
}
