import Glibc

#if Exporters
// Before anything else, since what is on the command line can be seen until then.
let arguments = ProgramArguments.take()
// Installed before anything can write into a closed pipe or be interrupted half-way.
Signals.install()
exit(await runCommand(arguments))
#else
StandardError.write("built without the trait Exporters, which the command needs; it is on by default.")
exit(1)
#endif
