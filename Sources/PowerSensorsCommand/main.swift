import Glibc

#if Exporters
StandardStreams.holdClosed()
// Before anything else, since what is on the command line can be seen until then.
let arguments = ProgramArguments.take()
// Installed before anything can write into a closed pipe or be interrupted half-way.
Signals.install()
// Swift's runtime takes a program's arguments from there, and libdispatch ends a process in which it cannot look at its threads.
if unsafe access("/proc/self/stat", R_OK) != 0 {
    StandardError.write("/proc is not mounted, and the program cannot run without it. Remedy: mount -t proc proc /proc")
    exit(1)
}
startCommand(arguments)
while true { pause() }
#else
StandardError.write("built without the trait Exporters, which the command needs; it is on by default.")
exit(1)
#endif
