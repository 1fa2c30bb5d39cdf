#if Exporters
import ArgumentParser

/// The option `--quiet` of subcommands that report findings on standard error.
struct QuietOption: ParsableArguments {
    @Flag(help: "Report no findings about sensors on standard error, only failures and warnings about passwords.")
    var quiet: Quiet?

    enum Quiet: String, Switch { case quiet }
}
#endif
