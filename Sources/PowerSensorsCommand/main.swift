#if canImport(Glibc)
import Glibc
#endif

// Before anything that could write into a closed pipe or be interrupted half-way.
Signals.install()
exit(runCommand(Array(CommandLine.arguments.dropFirst())))
