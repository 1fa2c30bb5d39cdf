#if Exporters
import PowerSensors
import PowerSensorsExporters

/// What `export` alone is asked for, checked.
struct ExportOptions {
    /// Where a server listens.
    struct Address: Hashable {
        let host: String
        let port: Int
    }

    /// Where Prometheus may ask.
    let prometheus: Address?

    /// The file of certificates and passwords.
    let webConfiguration: String?

    /// How old a page may be.
    let minimumInterval: Duration

    /// Other programs' series.
    let compatibility: [PrometheusPage.Compatibility]

    /// Whether to tell when counters began.
    let writesCreated: Bool

    /// The file for the textfile collector.
    let textfile: String?

    /// The Loki to push to, its tenant, and whether its lines are JSON.
    let loki: (url: OptionValue, tenant: String?, isJSON: Bool)?

    /// The Pushgateway to push to.
    let pushgateway: OptionValue?

    /// Where JSON and CSV go; `-` for standard output.
    let json: String?
    let csv: String?

    /// The consumers to divide the energy among.
    let consumers: Set<Consumer.Kind>

    /// The guests to tell their energy.
    let guests: GuestOptions?

    /// Whether only to look.
    let isCheck: Bool

    /// Checks the options; a flag wins over its variable.
    init(_ command: ExportCommand, _ settings: Settings, _ environment: Environment) throws(CommandFailure) {
        func option(_ name: String, _ flag: String?) -> OptionValue? {
            flag.map { OptionValue(name: "--\(name)", value: $0) } ?? environment.option(name)
        }
        func options(_ name: String, _ flags: [String]) -> [OptionValue] {
            if !flags.isEmpty { return flags.map { OptionValue(name: "--\(name)", value: $0) } }
            guard let variable = environment.option(name) else { return [] }
            return variable.value.split(separator: ",").map {
                OptionValue(name: variable.name, value: String($0.drop { $0 == " " }), isVariable: true)
            }
        }
        func truth(_ name: String, _ flag: Bool) throws(CommandFailure) -> Bool {
            flag ? true : try environment.option(name)?.truth() ?? false
        }
        prometheus = try option("prometheus", command.prometheus).map(Self.address)
        let web = option("web-config", command.webConfig)
        if let web, prometheus == nil { throw web.refused("it is of no use without --prometheus.") }
        webConfiguration = web?.value
        minimumInterval = try option("min-interval", command.minInterval).map(Self.interval) ?? .seconds(1)
        compatibility = try option("compat", command.compat).map(Self.compatibility) ?? []
        writesCreated = try truth("created", command.created)
        textfile = option("textfile", command.textfile)?.value
        let isJSON = try option("loki-format", command.lokiFormat).map(Self.isJSON) ?? false
        let tenant = option("loki-tenant", command.lokiTenant)?.value
        loki = option("loki", command.loki).map { ($0, tenant, isJSON) }
        pushgateway = option("pushgateway", command.pushgateway)
        json = try Self.path(command.jsonFile, environment.option("json"))
        csv = option("csv", command.csv)?.value
        var consumers = try option("consumers", command.consumers).map(Self.kinds) ?? []
        guests = try GuestOptions(
            folder: option("guests", command.guests), period: option("guests-period", command.guestsPeriod),
            grace: option("guests-grace", command.guestsGrace), users: options("guest-user", command.guestUser),
            names: options("guest-name", command.guestName), policy: settings.policy)
        if guests != nil { consumers.insert(.virtualMachine) }
        self.consumers = consumers
        isCheck = try truth("check", command.check)
        try FileTarget.checkDistinct([("--textfile", textfile), ("--json", json), ("--csv", csv)])
        let hasTarget =
            prometheus != nil || textfile != nil || loki != nil || pushgateway != nil || json != nil || csv != nil
            || guests != nil
        if !hasTarget {
            throw .usage(
                "export has nowhere to export to: name --prometheus, --textfile, --loki, --pushgateway, --json, --csv or"
                    + " --guests.")
        }
    }

    /// The variables that a file of settings may name.
    static let variableNames: Set<String> = Set(
        [
            "sysfs", "procfs", "dev", "sensor", "share", "share-correction", "scope", "interval", "max-power", "node",
            "verbose",
            "region",
            "carbon-intensity", "carbon-file", "idle-watts", "max-watts",
            "load-profile", "profile", "force-profile", "host-threads", "host-overcommit",
            "host-memory", "host-load", "prometheus",
            "web-config", "min-interval", "compat", "created", "textfile", "loki", "loki-tenant", "loki-format",
            "pushgateway", "json", "csv", "consumers", "policy", "guests",
            "guests-period", "guests-grace", "guest-user", "guest-name",
        ].map { "POWERSENSORS_" + $0.uppercased().split(separator: "-").joined(separator: "_") })

    // MARK: One option each

    /// The path that `--json` or its variable names; a yes or no in the variable is meant for other subcommands.
    private static func path(_ flag: String?, _ variable: OptionValue?) throws(CommandFailure) -> String? {
        guard flag == nil, let variable else { return flag }
        if variable.isPath { return variable.value }
        guard (try? variable.truth()) != nil else {
            throw variable.refused("allowed is - or a path with a slash in it, such as ./power.json.")
        }
        return nil
    }

    private static func kinds(_ option: OptionValue) throws(CommandFailure) -> Set<Consumer.Kind> {
        let names = option.value.split(separator: ",", omittingEmptySubsequences: false)
        let kinds = names.map { name in Consumer.Kind.known.first { $0.name == name.filter { $0 != " " } } }
        guard !kinds.contains(nil) else {
            throw option.refused("allowed are vm, cgroup and process, with commas between, such as vm,cgroup.")
        }
        return Set(kinds.compactMap(\.self))
    }

    private static func address(_ option: OptionValue) throws(CommandFailure) -> Address {
        let text = option.value
        let colon = text.lastIndex(of: ":")
        var host = colon.map { String(text[..<$0]) } ?? "127.0.0.1"
        let port = colon.map { text[text.index(after: $0)...] } ?? text[...]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, isBracketed || !host.contains(":"), !port.isEmpty,
            port.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(port),
            (0...65535).contains(number)
        else {
            throw option.refused(
                "allowed is an address and a port, such as 127.0.0.1:9102, [::1]:9102 or 0.0.0.0:9102.")
        }
        return Address(host: host, port: number)
    }

    private static func interval(_ option: OptionValue) throws(CommandFailure) -> Duration {
        guard let interval = DurationText.duration(option.value), interval >= .milliseconds(100),
            interval <= .seconds(3600)
        else { throw option.refused("allowed is 100ms to 1h: an integer and ms, s, m or h, such as 1s.") }
        return interval
    }

    private static func compatibility(_ option: OptionValue) throws(CommandFailure) -> [PrometheusPage.Compatibility] {
        guard let known = PrometheusPage.Compatibility.known.first(where: { $0.name == option.value }) else {
            throw option.refused("known is scaphandre.")
        }
        return [known]
    }

    private static func isJSON(_ option: OptionValue) throws(CommandFailure) -> Bool {
        switch option.value {
        case "logfmt": return false
        case "json": return true
        default: throw option.refused("allowed are logfmt and json.")
        }
    }
}
#endif
