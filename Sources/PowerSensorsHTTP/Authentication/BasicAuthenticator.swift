#if Exporters
import CPowerSensorsHTTP
import NIOCore
import NIOHTTP1
import NIOPosix

/// Checks users and passwords against their bcrypt hashes.
///
/// bcrypt is slow by design, so it runs on a separate thread, one password at a time. Credentials that passed once are
/// recognized by a keyed hash and skip it. Belongs to the endpoint's event loop.
final class BasicAuthenticator {
    /// Two SipHashes of a user and password, each with its own random salt besides the process's key: 128 bits.
    ///
    /// They only have to recognize what bcrypt has accepted, within this process, so no cryptographic digest is needed.
    private struct Fingerprint {
        let first, second: Int

        init(_ credentials: BasicCredentials, salts: (UInt128, UInt128)) {
            func hash(_ salt: UInt128) -> Int {
                var hasher = Hasher()
                hasher.combine(salt)
                hasher.combine(credentials)
                return hasher.finalize()
            }
            (first, second) = (hash(salts.0), hash(salts.1))
        }

        /// Takes the same time wherever the two differ.
        func isEqual(to other: Fingerprint) -> Bool { (first ^ other.first) | (second ^ other.second) == 0 }
    }

    /// How many requests may wait for bcrypt: this bounds what password guessing costs.
    private static let maximumPendingChecks = 16

    private static let unauthorized = Response.text(
        .unauthorized, "A user name and password are required.",
        headers: ["WWW-Authenticate": #"Basic realm="Power Sensors", charset="UTF-8""#])

    private static let busy = Response.text(
        .serviceUnavailable, "Too many passwords are being checked; try again in a second.",
        headers: ["Retry-After": "1"])

    private let hashes: [[UInt8]: BcryptHash]
    private let costliestHash: BcryptHash
    private let salts = (UInt128.random(in: .min ... .max), UInt128.random(in: .min ... .max))
    private let worker: NIOThreadPool
    private var fingerprints: [[UInt8]: Fingerprint] = [:]
    private var pendingChecks = 0

    /// Makes an authenticator for users and their hashes; nil without users.
    ///
    /// - Throws: ``EndpointError`` for a hash that is not bcrypt's, and for a libcrypt that is missing or lacks bcrypt.
    init?(_ users: [String: String], worker: NIOThreadPool) throws(EndpointError) {
        var hashes: [[UInt8]: BcryptHash] = [:]
        for (user, text) in users {
            guard let hash = BcryptHash(text) else {
                throw EndpointError(
                    "user \(user): the password's hash is not a bcrypt hash with a cost of 4 to"
                        + " \(BcryptHash.maximumCost); make one with: htpasswd -nB \(user)")
            }
            hashes[Array(user.utf8)] = hash
        }
        guard let costliest = hashes.values.max(by: { $0.cost < $1.cost }) else { return nil }
        try Self.checkLibrary()
        self.hashes = hashes
        self.worker = worker
        costliestHash = costliest
    }

    /// Has libcrypt compute one hash of the lowest cost.
    private static func checkLibrary() throws(EndpointError) {
        let cheap = "$2b$04$" + String(repeating: ".", count: 53)
        switch unsafe cpowersensorshttp_check_password("", cheap) {
        case CPOWERSENSORSHTTP_NO_LIBCRYPT:
            throw EndpointError(
                "passwords cannot be checked without libcrypt.so.1 or .so.2. Remedy: apt-get install libcrypt1")
        case CPOWERSENSORSHTTP_UNKNOWN_HASH:
            throw EndpointError(
                "this machine's libcrypt does not support bcrypt. Remedy: install libxcrypt, or leave the users out")
        default: break
        }
    }

    /// Checks a request's `Authorization` header.
    ///
    /// `completion` gets the response to a request that is refused, or nil. It is called on the event loop, immediately where
    /// bcrypt is not needed.
    func authenticate(_ header: String?, on eventLoop: any EventLoop, completion: @escaping (Response?) -> Void) {
        guard let header, let credentials = BasicCredentials(header) else { return completion(Self.unauthorized) }
        let fingerprint = Fingerprint(credentials, salts: salts)
        if fingerprints[credentials.user]?.isEqual(to: fingerprint) == true { return completion(nil) }
        guard pendingChecks < Self.maximumPendingChecks else { return completion(Self.busy) }
        pendingChecks += 1
        let hash = hashes[credentials.user]
        // An unknown user takes as long as the costliest known one, so the time does not reveal which users exist.
        let text = (hash ?? costliestHash).text
        let password = credentials.password.map { CChar(bitPattern: $0) } + [0]
        let bound = NIOLoopBound((self, completion), eventLoop: eventLoop)
        worker.runIfActive(eventLoop: eventLoop) {
            unsafe cpowersensorshttp_check_password(password, text) == 1
        }.whenComplete { result in
            let (authenticator, completion) = bound.value
            authenticator.pendingChecks -= 1
            guard case .success(true) = result, hash != nil else {
                return completion(BasicAuthenticator.unauthorized)
            }
            authenticator.fingerprints[credentials.user] = fingerprint
            completion(nil)
        }
    }
}
#endif
