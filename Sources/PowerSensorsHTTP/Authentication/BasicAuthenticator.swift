#if Exporters
import CPowerSensorsHTTP
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// What an endpoint's password checks have cost since it started.
package struct AuthenticationCounts: Hashable, Sendable {
    /// Passwords that bcrypt checked.
    package var checks = 0
    /// Hashes that were computed for that.
    package var hashes = 0
}

/// Checks users and passwords against their bcrypt hashes.
///
/// bcrypt is slow by design, so it runs on a separate thread, one password at a time, and the addresses that wait for it take
/// turns. Credentials that were checked before are recognized by a keyed hash and skip it. Belongs to the endpoint's event loop.
final class BasicAuthenticator {
    /// Two SipHashes of a user and password, each with its own random salt besides the process's key: 128 bits.
    ///
    /// They only have to recognize what bcrypt has checked, within this process, so no cryptographic digest is needed.
    fileprivate struct Fingerprint: Hashable {
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

    /// A request that waits for its password's check.
    final class Check {
        fileprivate let credentials: BasicCredentials
        fileprivate let fingerprint: Fingerprint
        fileprivate let address: ClientAddress
        fileprivate let completion: (Response?) -> Void

        fileprivate init(
            _ credentials: BasicCredentials, _ fingerprint: Fingerprint, _ address: ClientAddress,
            _ completion: @escaping (Response?) -> Void
        ) {
            self.credentials = credentials
            self.fingerprint = fingerprint
            self.address = address
            self.completion = completion
        }
    }

    /// How bcrypt has decided.
    private enum Outcome: Equatable, Sendable {
        case right, wrong
        /// libcrypt's failure, or 0 if the endpoint stops.
        case failed(CInt)
    }

    /// How many addresses and wrong passwords are remembered, so that memory is bounded.
    private static let memory = 1024

    private static let unauthorized = Response.text(
        .unauthorized, "A user name and password are required.",
        headers: ["WWW-Authenticate": #"Basic realm="Power Sensors", charset="UTF-8""#])

    private static let failed = Response.text(
        .serviceUnavailable, "The password could not be checked; try again in a second.", headers: ["Retry-After": "1"])

    private let hashes: [[UInt8]: BcryptHash]
    /// A hash of each cost that a user's hash has.
    private let costs: [BcryptHash]
    private let salts = (UInt128.random(in: .min ... .max), UInt128.random(in: .min ... .max))
    private let worker: NIOThreadPool
    private let eventLoop: any EventLoop
    private let report: @Sendable (EndpointNotice) -> Void

    private(set) var counts = AuthenticationCounts()
    private var accepted: [[UInt8]: Fingerprint] = [:]
    /// Wrong passwords, so that a client which repeats one does not occupy a processor.
    private var refused: Set<Fingerprint> = []
    /// The addresses from which a right password has come, and no wrong one since then.
    private var knownAddresses: Set<ClientAddress> = []
    /// The users whose password was reported to be too long.
    private var reportedLengths: Set<[UInt8]> = []
    private var hasReportedFailure = false
    private var queue = CheckQueue<ClientAddress, Check>()
    private var isChecking = false
    /// The pause after a wrong password; nil at other times.
    private var pause: Scheduled<Void>?

    /// Makes an authenticator for users and their hashes; nil without users.
    ///
    /// - Throws: ``EndpointError`` for a hash that cannot be used, and for a libcrypt that is missing or lacks bcrypt.
    init?(
        _ users: [String: String], on eventLoop: any EventLoop, worker: NIOThreadPool,
        reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) throws(EndpointError) {
        var hashes: [[UInt8]: BcryptHash] = [:]
        for (user, text) in users {
            do throws(BcryptHash.Fault) {
                hashes[Array(user.utf8)] = try BcryptHash(text)
            } catch {
                throw EndpointError("user \(user) \(error.description(user))")
            }
        }
        if hashes.isEmpty { return nil }
        try Self.checkLibrary()
        self.hashes = hashes
        self.worker = worker
        self.eventLoop = eventLoop
        self.report = report
        costs = Dictionary(grouping: hashes.values, by: \.cost).values.compactMap(\.first).sorted { $0.cost < $1.cost }
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
    ///
    /// - Returns: What to give to ``cancel(_:)`` if the client goes; nil if `completion` has been called.
    func authenticate(
        _ header: String?, from connection: Connection, completion: @escaping (Response?) -> Void
    ) -> Check? {
        guard let header, let credentials = BasicCredentials(header) else {
            completion(Self.unauthorized)
            return nil
        }
        let check = Check(credentials, Fingerprint(credentials, salts: salts), connection.address, completion)
        if let outcome = remembered(check) {
            complete(check, outcome)
            return nil
        }
        queue.append(check, from: check.address, attempts: connection.attempts)
        connection.attempts += 1
        if knownAddresses.contains(check.address) { endPause() }
        if !isChecking { checkNext() }
        return check
    }

    /// Forgets a check that has not begun, and whose client has gone.
    func cancel(_ check: Check) { queue.remove(check) }

    // MARK: One check after another

    private func checkNext() {
        isChecking = true
        while let check = queue.popFirst(known: knownAddresses) {
            // The same credentials may have been checked while these waited.
            guard let outcome = remembered(check) else { return begin(check) }
            complete(check, outcome)
        }
        isChecking = false
    }

    /// Computes one hash of each cost that any user's hash has. So every wrong password takes equally long, whether its user is
    /// known or not, and which cost the user's hash has.
    private func begin(_ check: Check) {
        let hash = hashes[check.credentials.user]
        let texts = costs.map { $0.cost == hash?.cost ? hash ?? $0 : $0 }.map(\.text)
        let own = hash.flatMap { hash in costs.firstIndex { $0.cost == hash.cost } }
        // libcrypt refuses passwords of more than 511 bytes.
        let significant = check.credentials.password.prefix(BcryptHash.significantBytes)
        let password = significant.map { CChar(bitPattern: $0) } + [0]
        counts.checks += 1
        counts.hashes += texts.count
        let bound = NIOLoopBound((self, check), eventLoop: eventLoop)
        worker.runIfActive(eventLoop: eventLoop) { () -> (Outcome, TimeAmount) in
            let start = Self.processorTime
            let results = texts.map { text in unsafe cpowersensorshttp_check_password(password, text) }
            let time = Self.processorTime - start
            // The hashes of others say nothing about this password.
            let result = own.map { results[$0] } ?? 0
            return (result < 0 ? .failed(result) : result == 1 ? .right : .wrong, time)
        }.whenComplete { result in
            let (authenticator, check) = bound.value
            let (outcome, time) = (try? result.get()) ?? (.failed(0), .zero)
            authenticator.end(check, outcome, after: time)
        }
    }

    /// The processor time that this thread has used.
    private static var processorTime: TimeAmount {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    /// Remembers how bcrypt has decided, and goes on: after a wrong password only when as much time has passed as its check
    /// has used of a processor, so that guessing keeps no more than half a processor busy. Known clients do not wait for that.
    private func end(_ check: Check, _ outcome: Outcome, after time: TimeAmount) {
        switch outcome {
        case .right:
            reportLength(of: check.credentials)
            accepted[check.credentials.user] = check.fingerprint
        case .wrong:
            if refused.count >= Self.memory { refused.removeAll(keepingCapacity: true) }
            refused.insert(check.fingerprint)
        case .failed(let code): reportFailure(code, of: check.credentials)
        }
        complete(check, outcome)
        if outcome != .wrong || queue.hasCheck(from: knownAddresses) { return checkNext() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        pause = eventLoop.scheduleTask(in: time) { bound.value.endPause() }
    }

    private func endPause() {
        guard let pause = pause.take() else { return }
        pause.cancel()
        checkNext()
    }

    private func remembered(_ check: Check) -> Outcome? {
        if accepted[check.credentials.user]?.isEqual(to: check.fingerprint) == true { return .right }
        return refused.contains(check.fingerprint) ? .wrong : nil
    }

    private func complete(_ check: Check, _ outcome: Outcome) {
        switch outcome {
        case .right:
            if !knownAddresses.contains(check.address) {
                if knownAddresses.count >= Self.memory { knownAddresses.removeAll(keepingCapacity: true) }
                knownAddresses.insert(check.address)
            }
            check.completion(nil)
        case .wrong:
            knownAddresses.remove(check.address)
            check.completion(Self.unauthorized)
        case .failed: check.completion(Self.failed)
        }
    }

    private func reportFailure(_ code: CInt, of credentials: BasicCredentials) {
        if code == 0 || hasReportedFailure { return }
        hasReportedFailure = true
        let user = String(decoding: credentials.user, as: UTF8.self)
        let (reason, remedy) =
            code == CPOWERSENSORSHTTP_NO_MEMORY
            ? ("there is no memory for it", "leave more memory to this program")
            : ("libcrypt refuses the hash", "make another with: htpasswd -nB -C 10 \(user)")
        report(
            EndpointNotice(
                isProblem: true,
                description: "the password of user \(user) could not be checked: \(reason). Remedy: \(remedy)"))
    }

    private func reportLength(of credentials: BasicCredentials) {
        guard credentials.password.count > BcryptHash.significantBytes,
            reportedLengths.insert(credentials.user).inserted
        else { return }
        let user = String(decoding: credentials.user, as: UTF8.self)
        report(
            EndpointNotice(
                isProblem: true,
                description: "user \(user) has a password of more than \(BcryptHash.significantBytes) bytes, and bcrypt"
                    + " ignores those beyond. Remedy: use a shorter one"))
    }
}
#endif
