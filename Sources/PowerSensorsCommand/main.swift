import Glibc

#if Exporters
// Installed before anything can write into a closed pipe or be interrupted half-way.
Signals.install()
exit(await runCommand(Array(CommandLine.arguments.dropFirst())))
#else
StandardError.write("built without the trait Exporters, which the command needs; it is on by default.")
exit(1)
#endif
