import CLinux
import Glibc
import HTTP
import Reactor

extension ConnectionTable {
    /// Accepts what waits at a listener: at most 256 connections a turn, so that streams are served between.
    package mutating func accept(from listener: Int32) {
        for _ in 0..<256 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { clinux_accept(listener, $0, &length) }
            }
            guard descriptor < descriptorLimit else {
                Glibc.close(descriptor)
                return pause(listener, EMFILE)
            }
            guard descriptor < 0 else {
                admit(descriptor, PeerAddress(storage), from: listener)
                continue
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO:
                continue
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                return pause(listener, errno)
            default:
                return
            }
        }
    }

    private mutating func admit(_ descriptor: Int32, _ peer: PeerAddress, from listener: Int32) {
        let slot = Int(descriptor)
        while slots.count <= slot { slots.append(Connection()) }
        slots[slot].generation &+= 1
        guard loop.register(id(of: descriptor)) else {
            Glibc.close(descriptor)
            return
        }
        setState(.reading, descriptor)
        slots[slot].reader = RequestReader(limits: limits, peer: peer, listener: listener)
        slots[slot].lastProgress = now
        slots[slot].requestBegan = now
        count += 1
        limitWaiting()
    }

    private mutating func pause(_ listener: Int32, _ code: Int32) {
        notices.append(.acceptFailed(code: code))
        loop.remove(listener)
        pausedListeners.append(listener)
    }

    /// Listens again after a pause for want of descriptors or memory.
    mutating func resumeListeners() {
        for listener in pausedListeners {
            _ = loop.registerListener(Registration(descriptor: listener, generation: 0))
        }
        pausedListeners.removeAll()
    }
}
