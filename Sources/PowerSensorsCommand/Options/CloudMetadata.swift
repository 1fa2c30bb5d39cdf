#if Exporters
import PowerSensors
import PowerSensorsPush

/// A cloud's metadata service, which tells a guest its instance type. It is asked only where the user allows it.
///
/// It has an address that only this machine's hypervisor answers. A request has the path, the header that the service
/// demands, and `User-Agent: powersensors`; nothing in it is about this machine, and of the answer only the instance type
/// is used.
struct CloudMetadata {
    /// Where all clouds have their service.
    static let address = "http://169.254.169.254"

    /// How long all requests may take together.
    private static let limit = Duration.seconds(2)

    /// Where the service is, without a slash at the end.
    let address: String

    init(address: String) { self.address = address.hasSuffix("/") ? String(address.dropLast()) : address }

    /// The instance type, if the cloud is known by the firmware and the firmware does not name the type itself; nil if
    /// there is nothing to ask, or no answer. Why is told on standard error.
    func instanceType(of roots: SystemRoots) throws(CommandFailure) -> String? {
        guard let cloud = CloudPlatform(sysfs: roots.sysfs) else {
            StandardError.write("--cloud-metadata: the firmware names no cloud that is known here; nothing was asked.")
            return nil
        }
        if cloud.instanceType != nil { return nil }
        guard let question = Question(cloud.provider) else {
            StandardError.write(
                "--cloud-metadata: \(cloud.provider.rawValue) is not known to tell instance types; nothing was asked.")
            return nil
        }
        let transport: HTTPTransport
        do throws(PushSetupError) {
            _ = try PushAddress(address)
            transport = try HTTPTransport(nil, authorityFile: nil, maximumMessageBytes: 1024)
        } catch {
            throw .usage("--cloud-metadata-url: \(error)")
        }
        defer { transport.close() }
        switch waited({ await question.answer(of: address, by: transport) }) {
        case .type(let name): return name
        case .failure(let reason):
            StandardError.write("--cloud-metadata: \(address) did not tell the instance type: \(reason).")
        case nil:
            StandardError.write(
                "--cloud-metadata: \(address) did not answer within \(Self.limit.components.seconds) s.")
        }
        return nil
    }

    /// What a service answers.
    private enum Answer: Sendable {
        case type(String)
        case failure(String)
    }

    /// Waits for the end of asynchronous work, which is cancelled after ``limit``; nil then.
    private func waited(_ body: @escaping @Sendable () async -> Answer) -> Answer? {
        let answer = Locked<Answer?>(nil)
        let timer = InterruptibleTimer()
        let end = SampleInstant.monotonicNow + Self.limit.wholeNanoseconds
        let task = Task.detached {
            let result = await body()
            answer.withLock { $0 = result }
            timer.wake()
        }
        defer { task.cancel() }
        while true {
            let wakeCount = timer.wakeCount
            if let answer = answer.withLock({ $0 }) { return answer }
            if SampleInstant.monotonicNow >= end { return nil }
            timer.wait(until: end, unlessWokenSince: wakeCount)
        }
    }

    /// What to ask a cloud.
    private struct Question: Sendable {
        let path: String
        let headers: [(name: String, value: String)]
        /// The path at which a token is fetched first; nil for none.
        var tokenPath: String?

        /// The question for a cloud; nil for one that has none.
        init?(_ provider: CloudPlatform.Provider) {
            switch provider {
            // Version 2 of Amazon's service, since the first is switched off on many machines
            // (docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html).
            case .amazon: (path, headers, tokenPath) = ("/latest/meta-data/instance-type", [], "/latest/api/token")
            // cloud.google.com/compute/docs/metadata
            case .google:
                (path, headers) = ("/computeMetadata/v1/instance/machine-type", [("Metadata-Flavor", "Google")])
            // learn.microsoft.com/azure/virtual-machines/instance-metadata-service
            case .azure:
                path = "/metadata/instance/compute/vmSize?api-version=2021-02-01&format=text"
                headers = [("Metadata", "true")]
            default: return nil
            }
        }

        func answer(of address: String, by transport: HTTPTransport) async -> Answer {
            do {
                var headers = headers
                if let tokenPath {
                    let token = try await transport.send(
                        PushRequest(
                            method: .put, url: address + tokenPath,
                            headers: [("X-aws-ec2-metadata-token-ttl-seconds", "60")]))
                    guard token.status == 200 else { return .failure("status \(token.status) for a token") }
                    headers.append(("X-aws-ec2-metadata-token", token.message.filter { !$0.isWhitespace }))
                }
                let response = try await transport.send(
                    PushRequest(method: .get, url: address + path, headers: headers))
                guard response.status == 200 else { return .failure("status \(response.status)") }
                // Google's answer is a path: projects/1/machineTypes/n2-standard-8.
                let name = response.message.split(separator: "/").last.map { $0.filter { !$0.isWhitespace } } ?? ""
                guard InstanceType(name) != nil else { return .failure("'\(name.prefix(40))' has no known form") }
                return .type(name)
            } catch {
                return .failure(ConnectionProblem(error).text)
            }
        }
    }
}

extension ValueParser<String> {
    /// The name of an instance type.
    static var instanceType: ValueParser {
        ValueParser(
            valueName: "name",
            failure: "must be an instance type of Amazon, Google or Microsoft, such as m5.xlarge, n2-standard-8 or "
                + "Standard_D4s_v5.",
            parse: { InstanceType($0) == nil ? nil : $0 })
    }
}
#endif
