import SQLite

extension SQLiteConnection {
    /// The first column of all rows.
    func texts(_ query: String) throws -> [String] {
        let rows = try prepare(query)
        var values: [String] = []
        while try rows.step() { values.append(rows.string(0)) }
        return values
    }

    /// The first column of all rows.
    func integers(_ query: String) throws -> [Int64] {
        let rows = try prepare(query)
        var values: [Int64] = []
        while try rows.step() { values.append(rows.int64(0)) }
        return values
    }
}
