#if Exporters
import CPowerSensorsHTTP
import NIOCore
import NIOPosix

/// Lets users in whose password fits its hash.
///
/// bcrypt is slow on purpose, so it runs on a thread of its own, one password at a time; who was let in once is known
/// again by a salted digest. Belongs to the endpoint's event loop.
final class Gatekeeper {
    /// The answer to one request.
    enum Verdict: Sendable {
        /// The user may come in.
        case welcome
        /// There is no such user, or the password is another.
        case refused
        /// Too many wait already.
        case busy
    }

    /// Requests that wait for the slow check at a time: what they cost is bounded, and those who were let in before
    /// do not queue.
    private static let greatestQueue = 16

    private let hashes: [[UInt8]: BcryptHash]
    private let decoy: BcryptHash
    private let salt: [UInt8]
    private let worker: NIOThreadPool
    private var known: [[UInt8]: [UInt8]] = [:]
    private var waiting = 0

    /// Checks the hashes, and that libcrypt understands them.
    ///
    /// - Throws: ``EndpointError`` that names the user or the library.
    init?(_ users: [String: String], worker: NIOThreadPool) throws(EndpointError) {
        guard !users.isEmpty else { return nil }
        var hashes: [[UInt8]: BcryptHash] = [:]
        for (user, text) in users {
            guard let hash = BcryptHash(text) else {
                throw EndpointError(
                    "user \(user): the password's hash is none of bcrypt with a cost of 4 to"
                        + " \(BcryptHash.greatestCost); make one with: htpasswd -nB \(user)")
            }
            hashes[Array(user.utf8)] = hash
        }
        guard let dearest = hashes.values.max(by: { $0.cost < $1.cost }) else { return nil }
        try Self.tryLibrary()
        self.hashes = hashes
        self.worker = worker
        // For those who are not there the dearest hash is worked out, so that nobody learns by the time who is.
        decoy = dearest
        salt = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
    }

    /// Asks libcrypt for one hash of the least cost.
    private static func tryLibrary() throws(EndpointError) {
        let cheap = "$2b$04$" + String(repeating: ".", count: 53)
        switch unsafe cpowersensorshttp_password_matches("", cheap) {
        case CPOWERSENSORSHTTP_NO_LIBCRYPT:
            throw EndpointError(
                "passwords cannot be checked without libcrypt.so.1 or .so.2; Remedy: apt-get install libcrypt1")
        case CPOWERSENSORSHTTP_UNKNOWN_HASH:
            throw EndpointError("this machine's libcrypt knows no bcrypt; install libxcrypt, or leave the users out")
        default: break
        }
    }

    /// Whether a request may come in; `answer` is called on the event loop, at once where no work is needed.
    func judge(_ header: String?, on eventLoop: any EventLoop, _ answer: @escaping (Verdict) -> Void) {
        guard let header, let credentials = BasicCredentials(header) else { return answer(.refused) }
        let digest = digest(credentials)
        if let before = known[credentials.user], isEqual(before, digest) { return answer(.welcome) }
        guard waiting < Self.greatestQueue else { return answer(.busy) }
        waiting += 1
        let hash = hashes[credentials.user]
        let text = (hash ?? decoy).text
        let password = credentials.password.map { CChar(bitPattern: $0) } + [0]
        let kept = NIOLoopBound((self, answer), eventLoop: eventLoop)
        worker.runIfActive(eventLoop: eventLoop) {
            unsafe cpowersensorshttp_password_matches(password, text) == 1
        }.whenComplete { result in
            let (keeper, answer) = kept.value
            keeper.waiting -= 1
            guard case .success(true) = result, hash != nil else { return answer(.refused) }
            keeper.known[credentials.user] = digest
            answer(.welcome)
        }
    }

    private func digest(_ credentials: BasicCredentials) -> [UInt8] {
        // The colon parts the two without doubt: no name has one.
        let input = salt + credentials.user + [UInt8(ascii: ":")] + credentials.password
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { output, count in
            guard let output = output.baseAddress else { return }
            unsafe cpowersensorshttp_sha256(input, input.count, output)
            count = 32
        }
    }

    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe cpowersensorshttp_is_equal(left, right, left.count) == 1
    }
}
#endif
