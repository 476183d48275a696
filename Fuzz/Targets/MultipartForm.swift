@testable import HTTP

/// Whatever comes is read without harm; and a form written out plainly is read as it was meant.
func fuzz(_ bytes: [UInt8]) {
    for (name, value) in MultipartForm.parse(bytes, boundary: "b") ?? [] {
        require(name.utf8.count + value.utf8.count <= 3 * bytes.count, "what is read was there, as U+FFFD at worst")
    }
    let values = bytes.parts(3).filter { $0.span.firstIndex(of: Array("\r\n--b".utf8), from: 0) == nil }
    var body: [UInt8] = []
    for value in values {
        body += Array("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".utf8) + value + [0x0D, 0x0A]
    }
    let read = MultipartForm.parse(body + Array("--b--".utf8), boundary: "b")
    let texts = values.compactMap { String(validating: $0, as: UTF8.self) }
    require((read != nil) == (texts.count == values.count), "a form is one if its values are UTF-8")
    require(read.map { $0.map(\.value) == texts } ?? true, "a form's values are read back")
    require(read.map { $0.allSatisfy { $0.name == "a" } } ?? true, "a form's names are read back")
}
