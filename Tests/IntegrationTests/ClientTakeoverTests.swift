import Foundation
import JSON
import Testing

/// Tabs that lose the one which holds their connection.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: isTrial, "browsers take their time"))
struct ClientTakeoverTests {
    private let shared: SharedInbox

    init() throws { shared = try SharedInbox() }

    enum Fate: CaseIterable {
        case closed, crashed, left, frozen, hung

        func strike(_ tab: ClientTab) throws {
            switch self {
            case .closed: try tab.window.close()
            case .crashed: tab.crash()
            case .left: try tab.window.command("url", ["url": "about:blank"])
            case .frozen: try tab.freeze()
            case .hung: try tab.hang(milliseconds: 6000)
            }
        }
    }

    @Test(arguments: [nil, "locks", "tabs"])
    func `when the tab that holds the connection goes, another goes on`(share: String?) throws {
        var ids: [String] = []
        for fate in Fate.allCases {
            let tabs = try shared.tabs(3, share: share)
            ids.append("\(fate)")
            try shared.push(ids.suffix(1))
            for tab in tabs { #expect(try tab.wait(for: ids)) }

            let start = Date()
            try fate.strike(tabs[0])
            for number in 1...5 {
                ids.append("\(fate)-\(number)")
                try shared.push(ids.suffix(1))
            }
            for tab in tabs.dropFirst() {
                #expect(try tab.wait(for: ids))
                #expect(try tab.list() == ids.reversed())
            }
            if share != nil {
                // What the others do by their own timers takes a second; the rest is for a busy machine.
                let taken = try #require(try tabs[1].liveSince()).timeIntervalSince(start)
                #expect((0..<5).contains(taken), "\(fate): \(taken)")
            }
            try shared.expectOneStream()

            if fate == .frozen { try tabs[0].thaw() }
            if fate == .frozen || fate == .hung {
                ids.append("\(fate)-after")
                try shared.push(ids.suffix(1))
                for tab in tabs {
                    #expect(try tab.wait(for: ids))
                    #expect(try tab.list() == ids.reversed())
                }
                try shared.expectOneStream()
            }
            for tab in tabs { try? tab.window.close() }
            try shared.expectOneStream(0)
        }
    }
}
