import Glibc
import HTTPServer

extension Listener {
    /// A listener for each event loop: the loops share a port, among which the kernel spreads the connections, or the
    /// one Unix socket, from which each takes what it gets.
    static func all(_ server: Configuration.Server) throws(ListenerError) -> [Listener] {
        if let path = server.socketPath {
            var listeners = [try Listener(socket: path)]
            while listeners.count < server.threads { listeners.append(try listeners[0].duplicate()) }
            return listeners
        }
        // A port that is shared is shared with any other process of this user: that there is none shows a listener of its own.
        if server.threads > 1 { close(try Listener(host: server.host, port: server.port).descriptor) }
        var listeners = [try Listener(host: server.host, port: server.port, sharesPort: server.threads > 1)]
        while listeners.count < server.threads {
            listeners.append(try Listener(host: server.host, port: listeners[0].port, sharesPort: true))
        }
        return listeners
    }

    /// The listener for operators; nil where they have no address of their own.
    static func operators(_ server: Configuration.Server) throws(StartError) -> Listener? {
        guard let admin = server.admin else { return nil }
        do throws(ListenerError) {
            return try Listener(host: admin.host, port: admin.port)
        } catch .addressInUse {
            throw StartError("server.admin is \(admin), which is in use: stop what listens there, or name another port")
        } catch .notPermitted {
            throw StartError("server.admin is \(admin): this user may listen on ports above 1023 only")
        } catch {
            throw StartError("server.admin is \(admin): \(error)")
        }
    }
}

extension Configuration {
    /// Why the embedded Redis could not listen on its port; nil where it could, which is tried, or where it has none.
    package func redisListeningFails() -> String? {
        guard redis.isEmbedded, redis.port != 0 else { return nil }
        do {
            close(try Listener(host: "127.0.0.1", port: redis.port).descriptor)
            return nil
        } catch .addressInUse {
            return "redis.port is \(redis.port), which is in use"
        } catch .notPermitted {
            return "redis.port is \(redis.port): this user may listen on ports above 1023 only"
        } catch {
            return "redis.port is \(redis.port): \(error)"
        }
    }

    /// Why the operators' address could not be listened on; nil where it could be, or where there is none.
    package func operatorsListeningFails() -> String? {
        do {
            if let listener = try Listener.operators(server) { close(listener.descriptor) }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Why the configured address could not be listened on; nil where it could be, which is tried.
    package func listeningFails() -> String? {
        do {
            for listener in try Listener.all(server) { close(listener.descriptor) }
            if let path = server.socketPath { unlink(path) }
            return nil
        } catch {
            return "\(error)"
        }
    }
}
