import Glibc
import Testing

@testable import Reactor

struct NamedThreadTests {
    @Test(arguments: [("poller", "poller"), ("a name that is too long", "a name that is ")])
    func `a thread bears its name, as much of it as the kernel keeps`(name: String, kept: String) {
        let recorder = Recorder<String>()
        NamedThread(name) {
            let file = open("/proc/thread-self/comm", O_RDONLY)
            defer { close(file) }
            var text = [UInt8](repeating: 0, count: 32)
            let count = read(file, &text, text.count)
            recorder.note(String(decoding: text.prefix(count).dropLast(), as: UTF8.self))
        }.join()
        #expect(recorder.all == [kept])
    }
}
