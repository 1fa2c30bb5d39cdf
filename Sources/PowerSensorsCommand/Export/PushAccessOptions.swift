#if Exporters
import ArgumentParser
import PowerSensorsPush

/// The options that say how to be let in by Loki, and whom to trust there.
struct LokiAccessOptions: ParsableArguments, PushAccessOptions {
    static let server = "loki"

    @Option("loki-username", "The user to send to Loki, with --loki-password-file.", .text("name"))
    var username: Setting<String?>

    @Option("loki-password-file", "The file with that user's password, read for each request.", .text("file"))
    var passwordFile: Setting<String?>

    @Option(
        "loki-bearer-token-file", "The file with a bearer token to send to Loki, read for each request.", .text("file"))
    var bearerTokenFile: Setting<String?>

    @Option(
        "loki-ca-file", "The certificates of the authorities to trust for Loki instead of the system's.", .text("file"))
    var caFile: Setting<String?>
}

/// The options that say how to be let in by the Pushgateway, and whom to trust there.
struct PushgatewayAccessOptions: ParsableArguments, PushAccessOptions {
    static let server = "pushgateway"

    @Option(
        "pushgateway-username", "The user to send to the Pushgateway, with --pushgateway-password-file.", .text("name"))
    var username: Setting<String?>

    @Option("pushgateway-password-file", "The file with that user's password, read for each request.", .text("file"))
    var passwordFile: Setting<String?>

    @Option(
        "pushgateway-bearer-token-file",
        "The file with a bearer token to send to the Pushgateway, read for each request.", .text("file"))
    var bearerTokenFile: Setting<String?>

    @Option(
        "pushgateway-ca-file",
        "The certificates of the authorities to trust for the Pushgateway instead of the system's.", .text("file"))
    var caFile: Setting<String?>
}

/// The options for access to a server, which are named after it.
protocol PushAccessOptions {
    static var server: String { get }

    var username: Setting<String?> { get }
    var passwordFile: Setting<String?> { get }
    var bearerTokenFile: Setting<String?> { get }
    var caFile: Setting<String?> { get }
}

extension PushAccessOptions {
    /// Checks the options.
    ///
    /// - Parameter isUsed: Whether there is such a server.
    func access(isUsed: Bool, in environment: Environment) throws(CommandFailure) -> PushAccess {
        let user = username.given(in: environment)
        let password = passwordFile.given(in: environment)
        let token = bearerTokenFile.given(in: environment)
        let authority = caFile.given(in: environment)
        if !isUsed, let option = [user, password, token, authority].compactMap(\.self).first {
            throw option.refused("it has no effect without --\(Self.server).")
        }
        if let token, let other = user ?? password {
            throw .usage("\(other.origin) and \(token.name) exclude each other; leave one out.")
        }
        var access = PushAccess(authorityFile: authority?.value, secretFile: password?.value ?? token?.value)
        switch (user, password) {
        case (let user?, let password?): access.credentials = .basic(user: user.value, passwordFile: password.value)
        case (let user?, nil): throw user.refused("it has no effect without --\(passwordFile.name).")
        case (nil, let password?): throw password.refused("name the user too, by --\(username.name).")
        case (nil, nil): access.credentials = token.map { .bearer(tokenFile: $0.value) }
        }
        return access
    }
}

/// How to be let in by a server, and whom to trust there.
struct PushAccess {
    let authorityFile: String?

    /// The file with the password or token.
    let secretFile: String?

    /// Nil for those in the server's address.
    var credentials: PushCredentials?
}
#endif
