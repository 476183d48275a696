import Glibc
import Testing

@testable import Reactor

struct EventLoopTests {
    /// Runs a loop on a thread of its own while `body` runs here.
    private func withRunning(_ loop: EventLoop, _ body: () throws -> Void) rethrows {
        let thread = NamedThread("test loop") { loop.run(turn: { _ in }, beforeWaiting: { .distantFuture }) }
        defer {
            loop.stop()
            thread.join()
        }
        try body()
    }

    @Test func `what several threads post arrives in the order of each`() {
        let (loop, recorder) = (EventLoop(), Recorder<(thread: Int, number: Int)>())
        withRunning(loop) {
            let threads = (0..<4).map { thread in
                NamedThread("poster") {
                    for number in 0..<500 { loop.submit { recorder.note((thread, number)) } }
                }
            }
            for thread in threads { thread.join() }
        }
        for thread in 0..<4 {
            #expect(recorder.all.filter { $0.thread == thread }.map(\.number) == Array(0..<500))
        }
    }

    @Test func `posts and awaited calls reach an actor in one order`() async {
        let loop = EventLoop()
        let worker = Worker(loop)
        let thread = NamedThread("test loop") { loop.run(turn: { _ in }, beforeWaiting: { .distantFuture }) }
        for number in stride(from: 0, to: 100, by: 2) {
            worker.post(on: loop) { $0.receive(number) }
            await worker.receive(number + 1)
        }
        #expect(await worker.received == Array(0..<100))
        loop.stop()
        thread.join()
    }

    @Test func `a post wakes a loop that waits for ever`() {
        let loop = EventLoop()
        let waiting = Recorder<Bool>()
        let thread = NamedThread("test loop") {
            loop.run(
                turn: { _ in },
                beforeWaiting: {
                    waiting.note(true)
                    return .distantFuture
                })
        }
        while waiting.all.isEmpty { sched_yield() }
        loop.submit { loop.stop() }
        thread.join()
    }

    @Test func `a loop that is stopped before it runs returns, with what was posted done`() {
        let (loop, recorder) = (EventLoop(), Recorder<Int>())
        loop.submit { recorder.note(1) }
        loop.stop()
        loop.run(turn: { _ in recorder.note(2) }, beforeWaiting: { .distantFuture })
        #expect(recorder.all == [1])
    }

    @Test func `the loop turns when its deadline has come, and not before`() {
        let loop = EventLoop()
        let deadline = MonotonicTime.now + 20
        var turned: [MonotonicTime] = []
        loop.run(
            turn: { events in
                #expect(events.isEmpty)
                turned.append(.now)
                loop.stop()
            }, beforeWaiting: { deadline })
        #expect(turned.count == 1 && turned[0] >= deadline)
    }

    @Test func `a deadline that is past does not keep the loop waiting`() {
        let loop = EventLoop()
        var turns = 0
        loop.run(
            turn: { _ in
                turns += 1
                if turns == 100 { loop.stop() }
            }, beforeWaiting: { MonotonicTime(nanoseconds: 0) })
        #expect(turns == 100)
    }

    @Test func `work that work hands over runs in a later turn`() {
        let (loop, recorder) = (EventLoop(), Recorder<String>())
        loop.submit {
            recorder.note("first")
            loop.submit {
                recorder.note("second")
                loop.stop()
            }
        }
        loop.run(turn: { _ in recorder.note("turn") }, beforeWaiting: { .distantFuture })
        #expect(recorder.all == ["turn", "first", "turn", "second"])
    }

    @Test func `a thread knows whether it is the loop's`() {
        let (loop, recorder) = (EventLoop(), Recorder<Bool?>())
        #expect(loop.isIsolatingCurrentContext() == false)
        withRunning(loop) { loop.submit { recorder.note(loop.isIsolatingCurrentContext()) } }
        #expect(recorder.all == [true])
    }
}
