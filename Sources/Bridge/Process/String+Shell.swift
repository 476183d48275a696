extension String {
    /// The text as one word for a shell, of which it changes nothing, and no option.
    package var shellWord: String {
        let word = (hasPrefix("-") ? "./" : "") + self
        let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/.,_-+@:=".contains($0)) }
        guard word.isEmpty || !isPlain else { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
