import CLinux
import Glibc

/// A named thread of the program.
///
/// Signals must have been blocked before, since a thread inherits its creator's mask.
package struct NamedThread: Sendable {
    private let handle: pthread_t

    /// Starts a thread that runs `body`.
    ///
    /// The name shows in `top -H`; the kernel keeps 15 bytes of it.
    package init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(
            Body {
                clinux_name_thread(name)
                body()
            })
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().call()
                return nil
            }, box.toOpaque())
        precondition(result == 0, "pthread_create failed with error \(result)")
        handle = thread
    }

    /// Waits for the thread to end.
    package func join() {
        pthread_join(handle, nil)
    }

    private final class Body: Sendable {
        let call: @Sendable () -> Void
        init(call: @escaping @Sendable () -> Void) { self.call = call }
    }
}
