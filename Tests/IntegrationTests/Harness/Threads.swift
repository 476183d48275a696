import Foundation
import Synchronization
import Testing

/// Threads that run at once.
final class Threads {
    private let shared = Shared()

    private final class Shared: Sendable {
        let state = Mutex<(running: Int, errors: [String])>((0, []))
    }

    init(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
        shared.state.withLock { $0.running = count }
        for number in 0..<count {
            Thread { [shared] in
                let result = Result { try body(number) }
                shared.state.withLock { state in
                    state.running -= 1
                    if case .failure(let error) = result { state.errors.append("\(error)") }
                }
            }.start()
        }
    }

    func join() throws {
        try eventually("the end of the threads") { shared.state.withLock { $0.running == 0 } }
        #expect(shared.state.withLock { $0.errors } == [])
    }
}
