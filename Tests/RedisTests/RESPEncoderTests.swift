import Foundation
import Redis
import Testing

struct RESPEncoderTests {
    static let arguments = [
        "SET", "key with spaces", "", "naïve\r\n\"quoted\"", "-12", String(repeating: "x", count: 1234),
    ]

    @Test func `a command is an array of bulk strings with lengths in bytes`() {
        var encoded: [UInt8] = []
        RESPEncoder.append(command: ["GET", "é", ""], to: &encoded)
        #expect(String(decoding: encoded, as: UTF8.self) == "*3\r\n$3\r\nGET\r\n$2\r\né\r\n$0\r\n\r\n")
    }

    @Test func `text, bytes and parts encode alike`() {
        var text: [UInt8] = [1]
        var bytes: [UInt8] = [1]
        var parts: [UInt8] = [1]
        RESPEncoder.append(command: Self.arguments, to: &text)
        RESPEncoder.append(command: Self.arguments.map { Array($0.utf8) }, to: &bytes)
        RESPEncoder.appendArrayHeader(Self.arguments.count, to: &parts)
        for argument in Self.arguments {
            argument.utf8.withContiguousStorageIfAvailable { RESPEncoder.appendBulk($0, to: &parts) }
        }
        #expect(text == bytes)
        #expect(text == parts)
    }

    @Test func `the bytes are those that redis-cli sends`() throws {
        let server = try ScriptedServer()
        guard case .unix(let path) = server.endpoint.address else { return }
        var encoded: [UInt8] = []
        RESPEncoder.append(command: Self.arguments, to: &encoded)

        let process = try spawn(["redis-cli", "-s", path] + Self.arguments)
        let peer = server.accept()
        #expect(peer.receive(count: encoded.count) == encoded)
        peer.send("+OK\r\n")
        var status: Int32 = -1
        waitpid(process, &status, 0)
        #expect(status == 0)
    }

    @Test func `a connection sends what was encoded and nothing else`() throws {
        let server = try ScriptedServer()
        let redis = try server.connect()
        let peer = server.accept()
        var encoded: [UInt8] = []
        RESPEncoder.append(command: Self.arguments, to: &encoded)
        RESPEncoder.append(command: ["PING"], to: &encoded)
        redis.append(Self.arguments.map { Array($0.utf8) })
        redis.append("PING")
        peer.send("+OK\r\n")
        _ = try redis.readReply()
        redis.close()
        #expect(peer.receive(count: encoded.count + 1) == encoded)
    }
}
