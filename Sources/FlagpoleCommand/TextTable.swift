/// Rows under headings, one column below the other.
struct TextTable {
    let headings: [String]
    let rows: [[String]]

    /// One line a row, nothing for no rows; the last column is as wide as each of its cells.
    var text: String {
        guard !rows.isEmpty else { return "" }
        let lines = [headings] + rows
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = zip(line, widths).dropLast().map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return (cells + line.suffix(1)).joined(separator: "  ") + "\n"
        }.joined()
    }
}
