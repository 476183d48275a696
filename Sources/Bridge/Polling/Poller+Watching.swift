import Feeds
import Reactor

/// Someone who wants to know whether certain feeds are watched.
struct WatchObserver: Sendable {
    let feeds: Set<FeedName>
    let tell: @Sendable (FeedName, Bool) -> Void

    func note(_ feed: FeedName, isWatched: Bool) {
        if feeds.contains(feed) { tell(feed, isWatched) }
    }
}

extension Poller {
    /// Has someone told of what becomes watched from now on.
    func observe(_ observer: WatchObserver) { watchObserver = observer }

    /// Takes feeds into the watch set.
    ///
    /// Each is read at once, whatever its flag.
    func watch(_ names: [FeedName]) {
        var unknown: [Int] = []
        for name in names {
            if name == .broadcasts { events.watch() }
            guard let kind = kindIndex[String(name.kind)] else { continue }
            let slot: Int
            if let known = feeds.slot(of: name) {
                slot = known
                needReading(slot)
            } else {
                slot = feeds.insert(WatchedFeed(name: name, kind: kind))
                if isEphemeral(slot) {
                    feeds[slot].phase = .idle
                    feeds[slot].passesOver = true
                    toRead.append(slot)
                } else {
                    unknown.append(slot)
                }
            }
            feeds[slot].watchers += 1
            if feeds[slot].watchers == 1 {
                watchedCount += 1
                watchObserver?.note(name, isWatched: true)
            }
            if feeds[slot].flag == nil { schedule(slot, interval: baseInterval(slot)) }
        }
        telemetry.watchedFeeds.set(Double(watchedCount))
        askPositions(unknown)
    }

    /// Gives feeds back that no stream of an event loop has any more.
    func unwatch(_ names: [FeedName]) {
        for name in names {
            if name == .broadcasts { events.watchers -= 1 }
            guard let slot = feeds.slot(of: name) else { continue }
            feeds[slot].watchers -= 1
            guard feeds[slot].watchers == 0 else { continue }
            watchedCount -= 1
            watchObserver?.note(name, isWatched: false)
            release(slot)
        }
        telemetry.watchedFeeds.set(Double(watchedCount))
    }

    /// Forgets a feed that nobody watches, unless something that was read of it is still under way.
    func release(_ slot: Int) {
        guard feeds[slot].watchers <= 0 else { return }
        unschedule(slot)
        active.remove(slot)
        expectant[slot] = nil
        handledFlags[slot] = nil
        raised.forget(slot)
        guard feeds[slot].phase == .idle && !feeds[slot].needsReading && !heldValues.contains(slot) else { return }
        ephemeralTails[slot] = nil
        feeds.remove(slot)
    }

    // MARK: - Positions

    /// Asks the store how far feeds were taken in.
    ///
    /// It answers after all that was handed to it before.
    func askPositions(_ slots: [Int]) {
        guard !slots.isEmpty else { return }
        let names = slots.map { feeds[$0].name }
        writer.post(on: writer.executor) { [self] writer in
            let result = Result { try writer.positions(of: names) }
            post(on: executor) { $0.gotPositions(slots, result) }
        }
    }

    private func gotPositions(_ slots: [Int], _ result: Result<[ListPosition], any Error>) {
        switch result {
        case .success(let positions):
            storeSucceeded()
            for (slot, position) in zip(slots, positions) {
                feeds[slot].position = position
                feeds[slot].phase = .idle
                // What a sweep visits has mostly been taken in before.
                if feeds[slot].needsReading { toRead.append(slot) } else { toCompare.append(slot) }
            }
        case .failure(let error):
            storeFailed(error, .now)
            unanswered.append(contentsOf: slots)
        }
    }

    // MARK: - Intervals

    func baseInterval(_ slot: Int) -> Milliseconds {
        Milliseconds(Int64(kinds[feeds[slot].kind].pollIntervalMilliseconds ?? settings.poll.intervalMilliseconds))
    }

    private func activeInterval(_ slot: Int) -> Milliseconds {
        min(baseInterval(slot), Milliseconds(Int64(settings.poll.activeIntervalMilliseconds)))
    }

    /// News came: the feed is polled at the active interval for ten seconds.
    func activate(_ slot: Int, _ now: MonotonicTime) {
        feeds[slot].activeUntil = now + 10_000
        guard active.insert(slot).inserted else { return }
        reschedule(slot, interval: activeInterval(slot))
    }

    /// Puts feeds back that had no news for a while.
    ///
    /// Once a second is soon enough.
    func deactivate(_ now: MonotonicTime) {
        guard now >= nextActiveCheck else { return }
        nextActiveCheck = now + 1000
        for slot in active where feeds[slot].activeUntil <= now {
            active.remove(slot)
            reschedule(slot, interval: baseInterval(slot))
        }
    }

    private func reschedule(_ slot: Int, interval: Milliseconds) {
        guard let location = feeds[slot].flag, groups[location.group].interval != interval else { return }
        unschedule(slot)
        schedule(slot, interval: interval)
    }

    private func schedule(_ slot: Int, interval: Milliseconds) {
        let comparesLists = source(slot) == .list
        let known = groups.firstIndex { $0.interval == interval && $0.comparesLists == comparesLists }
        let group = known ?? groups.count
        if known == nil { groups.append(FlagGroup(interval: interval, comparesLists: comparesLists)) }
        if groups[group].count == 0 { groups[group].nextTick = .now + interval }
        feeds[slot].flag = FlagLocation(group: group, place: groups[group].add(slot))
    }

    private func unschedule(_ slot: Int) {
        guard let location = feeds[slot].flag else { return }
        feeds[slot].flag = nil
        if let moved = groups[location.group].remove(location.place) { feeds[moved].flag = location }
    }
}
