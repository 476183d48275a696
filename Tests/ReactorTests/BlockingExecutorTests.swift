import Glibc
import Testing

@testable import Reactor

struct BlockingExecutorTests {
    @Test func `what several threads hand over is done in the order of each`() {
        let (executor, recorder) = (BlockingExecutor(), Recorder<(thread: Int, number: Int)>())
        let runner = NamedThread("executor") { executor.run() }
        let threads = (0..<4).map { thread in
            NamedThread("poster") {
                for number in 0..<500 { executor.submit { recorder.note((thread, number)) } }
            }
        }
        for thread in threads { thread.join() }
        executor.stop()
        runner.join()
        for thread in 0..<4 {
            #expect(recorder.all.filter { $0.thread == thread }.map(\.number) == Array(0..<500))
        }
    }

    @Test func `work that was handed over before a stop is done, with what it hands over itself`() {
        let (executor, recorder) = (BlockingExecutor(), Recorder<Int>())
        executor.submit {
            recorder.note(1)
            executor.submit {
                recorder.note(2)
                executor.submit { recorder.note(3) }
            }
        }
        executor.stop()
        executor.run()
        #expect(recorder.all == [1, 2, 3])
    }

    @Test func `posts and awaited calls reach an actor in one order`() async {
        let executor = BlockingExecutor()
        let worker = Worker(executor)
        let runner = NamedThread("executor") { executor.run() }
        for number in stride(from: 0, to: 100, by: 2) {
            worker.post(on: executor) { $0.receive(number) }
            await worker.receive(number + 1)
        }
        #expect(await worker.received == Array(0..<100))
        executor.stop()
        runner.join()
    }

    @Test func `a deadline is kept, and the next one asked for`() {
        let executor = BlockingExecutor()
        let start = MonotonicTime.now
        var called: [MonotonicTime] = []
        executor.run { now in
            called.append(now)
            if called.count == 3 { executor.stop() }
            return start + Milliseconds(Int64(called.count) * 10)
        }
        #expect(called.count >= 3)
        #expect(called[0] >= start && called[1] >= start + 10 && called[2] >= start + 20)
    }

    @Test func `work is done while a deadline is far off, and the deadline asked for again`() {
        let (executor, recorder) = (BlockingExecutor(), Recorder<String>())
        let runner = NamedThread("executor") {
            executor.run { now in
                recorder.note("deadline")
                return now + 3_600_000
            }
        }
        while recorder.all.isEmpty { sched_yield() }
        executor.submit {
            recorder.note("work")
            executor.stop()
        }
        runner.join()
        #expect(recorder.all.prefix(3) == ["deadline", "work", "deadline"])
    }

    @Test func `a thread knows whether it is the executor's`() {
        let (executor, recorder) = (BlockingExecutor(), Recorder<Bool?>())
        #expect(executor.isIsolatingCurrentContext() == false)
        executor.submit { recorder.note(executor.isIsolatingCurrentContext()) }
        let runner = NamedThread("executor") { executor.run() }
        executor.stop()
        runner.join()
        #expect(recorder.all == [true])
    }
}
