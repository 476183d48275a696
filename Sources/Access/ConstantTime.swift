/// Whether two strings of bytes are equal, in a time that tells their length and nothing else.
///
/// Not inlined, so that no caller's use of the answer can make the compiler stop at the first difference.
@inline(never)
package func compareInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
