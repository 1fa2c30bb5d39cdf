import Glibc

/// The kernel's name for this machine, as `uname -n` shows it.
func nodeName() -> String {
    var system = utsname()
    guard unsafe uname(&system) == 0 else { return "localhost" }
    let name = unsafe withUnsafeBytes(of: &system.nodename) { unsafe Array($0.prefix { $0 != 0 }) }
    return name.isEmpty ? "localhost" : String(decoding: name, as: UTF8.self)
}
