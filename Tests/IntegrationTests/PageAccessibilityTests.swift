import Foundation
import JSON
import Testing

/// What the pages are to those who hear them, press keys, or see little.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PageAccessibilityTests {
    private let browser: PageBrowser
    private let bridge: FlagpoleProcess

    init() throws {
        browser = try PageBrowser()
        let job: [String: Any] = ["list": "job:{id}:progress", "flag": "job:{id}:has_progress"]
        bridge = try FlagpoleProcess(["kinds": ["job": job]])
    }

    /// The page with the bell open and something in every part of it.
    private func fullPage() throws -> PageWindow {
        let page = try browser.open(bridge, "a=user:42&b=job:7")
        try page.wait(for: "live")
        let redis = try bridge.redis()
        try redis.push(
            ##"{"id":"a","title":"New order","message":"#12345","url":"/orders/1","total":64.9}"##, "no JSON",
            #"{"id":"b","title":"Seen"}"#, to: "user:42")
        try redis.command("RPUSH", "job:7:progress", #"{"id":"p","percent":40,"status":"running"}"#)
        try redis.command("SET", "job:7:has_progress", "1")
        try page.wait(for: ["b", "a"], in: "user:42")
        try page.wait(for: ["p"], in: "job:7")
        let json = [("Content-Type", "application/json")]
        _ = try bridge.client().request("POST", "/v1/feeds/user:42/read", headers: json, body: #"{"ids":["b"]}"#)
        let bell = BellWindow(page)
        try eventually("the count") { try bell.count() == 1 }
        try bell.open()
        return page
    }

    @Test func `all that can be operated has a name, and the bell says its state`() throws {
        let page = try fullPage()
        let nodes = try page.accessibilityTree()
        let named: Set = [
            "button", "link", "textbox", "combobox", "radio", "radiogroup", "tab", "tabpanel", "tablist", "image",
            "figure", "progressbar", "region", "dialog", "form", "group", "table", "columnheader", "rowheader",
        ]
        let nameless = nodes.filter { named.contains($0.role) && $0.name.isEmpty }
        #expect(nameless == [])
        let bell = try #require(nodes.first { $0.role == "button" && $0.name == "Notifications, 1 unread" })
        #expect(bell.properties["expanded"] == "true" && bell.properties["hasPopup"] == "dialog")
        #expect(nodes.contains { $0.role == "dialog" && $0.name == "Notifications" })
        #expect(nodes.contains { $0.role == "button" && $0.name == "Mark as unread: Seen" })
        #expect(nodes.contains { $0.role == "link" && $0.name.hasPrefix("Unread. New order #12345") })
        #expect(nodes.contains { $0.role == "status" && $0.properties["live"] == "polite" })
        #expect(nodes.count { $0.role == "listitem" } >= 5)
        let levels = nodes.filter { $0.role == "heading" }.compactMap { Int($0.properties["level"] ?? "") }
        #expect(levels.count { $0 == 1 } == 1)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 - $0 <= 1 })
    }

    @Test func `what has arrived is said once, in one sentence`() throws {
        let page = try browser.open(bridge, "a=user:42&b=user:43")
        try page.wait(for: "live")
        let bell = BellWindow(page)
        try bridge.redis().push(#"{"id":"a","title":"New order"}"#, to: "user:42")
        try eventually("the sentence") { try bell.text("p[role=status]") == "New: New order" }
    }

    @Test func `text stands out from its ground in light and in dark, and targets can be hit`() throws {
        let main = try fullPage()
        let job = try browser.open(bridge, path: "/job.html?job=7")
        try eventually("the job") { try job.text("#status") == "Running" }
        for page in [main, job] {
            for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)] {
                try page.emulate(width: width, scheme: scheme)
                #expect(try page.evaluate(Self.faintTexts) == .array([]), "\(scheme), \(width)")
                #expect(try page.evaluate(Self.smallTargets) == .array([]), "\(scheme), \(width)")
            }
        }
    }

    /// The script of axe-core, where the variable AXE_CORE says where it is (PyPI's axe-core-python has one).
    private static let axe = ProcessInfo.processInfo.environment["AXE_CORE"]
        .flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }

    @Test(.enabled(if: axe != nil, "AXE_CORE does not name axe.min.js"))
    func `axe-core has nothing to object to`() throws {
        let main = try fullPage()
        let job = try browser.open(bridge, path: "/job.html?job=7")
        try eventually("the job") { try job.text("#status") == "Running" }
        for page in [main, job] {
            for scheme in ["light", "dark"] {
                try page.emulate(width: 1280, scheme: scheme)
                let run = """
                    \(Self.axe ?? "")
                    const [done] = arguments;
                    axe.run().then(({ violations, passes }) => done([passes.length > 20, ...violations.map(
                        ({ id, nodes }) => id + ': ' + nodes[0].html)]), (error) => done(String(error)));
                    """
                let said = try page.command("execute/async", ["script": run, "args": []])
                #expect(said == .array([.bool(true)]))
            }
        }
    }

    /// All elements, those in shadow trees included, that can be seen.
    private static let visibleElements = """
        const within = (root) => Array.from(root.querySelectorAll('*'), (element) =>
            [element, ...(element.shadowRoot ? within(element.shadowRoot) : [])]).flat();
        const visible = within(document).filter((element) =>
            element.checkVisibility({ checkOpacity: true }) && !element.closest('.visually-hidden, .skip, :disabled'));
        """

    /// Texts whose contrast is below 4.5 to 1, or 3 to 1 if large (WCAG 2.2, 1.4.3).
    private static let faintTexts = """
        \(visibleElements)
        const parse = (colour) => {
            const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
            return { r, g, b, a };
        };
        const over = (top, under) => Object.fromEntries(
            ['r', 'g', 'b'].map((key) => [key, top[key] * top.a + under[key] * (1 - top.a)]));
        const ground = (element) => {
            if (!element) return { r: 255, g: 255, b: 255 };
            const own = parse(getComputedStyle(element).backgroundColor);
            if (own.a === 1) return own;
            return over(own, ground(element.assignedSlot ?? element.parentElement ?? element.getRootNode().host));
        };
        const luminance = ({ r, g, b }) => {
            const linear = (v) => (v <= 10.3 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
            return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        };
        return visible.filter((element) => {
            const says = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim() !== '');
            if (!says || element.namespaceURI.endsWith('svg')) return false;
            const style = getComputedStyle(element);
            const behind = ground(element);
            const [a, b] = [luminance(over(parse(style.color), behind)), luminance(behind)].sort((x, y) => y - x);
            const size = parseFloat(style.fontSize);
            const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
            return (a + 0.05) / (b + 0.05) < (isLarge ? 3 : 4.5);
        }).map((element) => element.outerHTML.slice(0, 100));
        """

    /// Buttons and fields smaller than 24 by 24 pixels (WCAG 2.2, 2.5.8).
    private static let smallTargets = """
        \(visibleElements)
        return visible.filter((element) => element.matches('button, select, textarea, input:not([type=radio])'))
            .filter((element) => {
                const { width, height } = element.getBoundingClientRect();
                return width < 24 || height < 24;
            }).map((element) => element.outerHTML.slice(0, 100));
        """
}
