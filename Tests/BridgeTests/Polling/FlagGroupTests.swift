import TestSupport
import Reactor
import Testing

@testable import Bridge

struct FlagGroupTests {
    /// The feed at each place.
    private func feeds(_ group: FlagGroup) -> [Int] { group.chunks.flatMap { $0.feeds.map(Int.init) } }

    @Test(arguments: UInt64(1)...5)
    func `every flag is where its feed was told that it is`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (group, places, next) = (FlagGroup(interval: 1000), [Int: Int](), 0)
        for step in 0..<12_000 {
            if places.isEmpty || Int.random(in: 0..<10, using: &random) < (step < 8000 ? 7 : 2) {
                places[next] = group.add(next)
                next += 1
            } else {
                let (feed, place) = places.any(&random)
                places[feed] = nil
                if let moved = group.remove(place) { places[moved] = place }
            }
        }
        #expect(group.count == places.count)
        let feeds = feeds(group)
        #expect(feeds.count == places.count)
        #expect(places.allSatisfy { feed, place in feeds[place] == feed })
    }

    @Test func `all chunks but the last are full, and an empty one goes`() {
        var group = FlagGroup(interval: 1000)
        for feed in 0..<2500 { _ = group.add(feed) }
        #expect(group.chunks.map(\.feeds.count) == [1000, 1000, 500])
        for _ in 0..<500 { _ = group.remove(0) }
        #expect(group.chunks.map(\.feeds.count) == [1000, 1000])
        while group.count > 0 { _ = group.remove(group.count - 1) }
        #expect(group.chunks.isEmpty)
    }

    @Test func `a chunk whose flags changed is to be encoded again, and no other`() {
        var group = FlagGroup(interval: 1000)
        for feed in 0..<2500 { _ = group.add(feed) }
        for chunk in group.chunks.indices { group.chunks[chunk].encode { "flag:\($0)" } }
        #expect(group.chunks.allSatisfy { !$0.isStale })
        #expect(group.remove(5) == 2499)
        #expect(group.chunks.map(\.isStale) == [true, false, true])
    }
}
