import JSON

/// The bell of a page, looked at and worked as a person does.
struct BellWindow {
    let page: PageWindow

    init(_ page: PageWindow) {
        self.page = page
    }

    private static let root = "document.querySelector('flagpole-bell').shadowRoot"

    /// The label that a screen reader reads for the button.
    func label() throws -> String {
        try page.evaluate("return \(Self.root).querySelector('.button').getAttribute('aria-label')").asString ?? ""
    }

    /// The number on the badge; 0 where there is none.
    func count() throws -> Int {
        let script = """
            const badge = \(Self.root)?.querySelector('.badge');
            return badge?.checkVisibility() ? Number(badge.textContent) : 0;
            """
        return try page.evaluate(script).asInt ?? -1
    }

    func isOpen() throws -> Bool { try isShown(".panel") }

    func isShown(_ selector: String) throws -> Bool {
        let script = "return \(Self.root).querySelector(arguments[0])?.checkVisibility() ?? false"
        return try page.evaluate(script, selector).asBool ?? false
    }

    /// What the focused element within the bell says: its label, else its title without message and time.
    func focused() throws -> String {
        let script = """
            const focused = \(Self.root).activeElement;
            const said = (selector) => focused?.querySelector(selector)?.textContent ?? '';
            return focused?.getAttribute('aria-label') ?? said('.unread-word') + said('.title');
            """
        return try page.evaluate(script).asString ?? ""
    }

    /// The titles in the list, newest first.
    func titles() throws -> [String] { try texts(".title") }

    func texts(_ selector: String) throws -> [String] {
        let script = "return Array.from(\(Self.root).querySelectorAll(arguments[0]), (part) => part.textContent)"
        return try page.evaluate(script, selector).strings
    }

    func text(_ selector: String) throws -> String { try texts(selector).first ?? "" }

    func open() throws {
        try click(".button")
    }

    func click(_ selector: String) throws {
        try page.evaluate("\(Self.root).querySelector(arguments[0]).click()", selector)
    }
}
