/// What a measurement puts on a bridge.
struct BenchLoad {
    let streams: Int
    /// The streams are spread evenly over so many feeds.
    let feeds: Int
    /// How many notifications are sent at the rate, and then again as fast as possible.
    let messages: Int
    /// Notifications a second.
    let rate: Int

    /// How long the part at the rate may last.
    private static let longest = 120
    private static let mostDeliveries = 2_000_000

    init(streams: Int, feeds: Int, messages: Int, rate: Int) throws(CommandError) {
        guard feeds <= streams else { throw .usage("--feeds is \(feeds), and there are only \(streams) streams") }
        guard streams <= 10_000 else { throw .usage("--streams is \(streams): allowed are 1 to 10000") }
        guard messages / rate <= Self.longest else {
            throw .usage("\(messages) notifications at \(rate)/s would take longer than \(Self.longest) s")
        }
        // Bounded first, so that the product has room.
        guard messages <= Self.mostDeliveries, messages * (streams / feeds + 1) <= Self.mostDeliveries else {
            throw .usage("that would be more than \(Self.mostDeliveries) deliveries: send fewer, or use more feeds")
        }
        (self.streams, self.feeds, self.messages, self.rate) = (streams, feeds, messages, rate)
    }

    /// How many streams a feed has: the first ones may have one more than the others.
    func streams(ofFeed feed: Int) -> Int { streams / feeds + (feed < streams % feeds ? 1 : 0) }
}
