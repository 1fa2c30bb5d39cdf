#if Exporters
#if canImport(Glibc)
import Glibc
#endif

/// The code and constants that were needed to start, and now only lie in memory.
///
/// To parse options, find sensors and open connections takes most of the pages that this program ever touches; a scrape takes a
/// few. Whoever runs for months should not hold the rest.
enum StartCode {
    /// Unmaps what was read of the program's and the libraries' files. What is needed again comes back page by page, out of the
    /// kernel's cache of files.
    ///
    /// Only what cannot be written to is given back (`PF_W` of elf(5)): there memory and file are the same, so that
    /// MADV_DONTNEED of madvise(2) loses nothing.
    static func giveBack() {
        _ = unsafe dl_iterate_phdr(
            { object, _, _ in
                guard let object = unsafe object?.pointee, unsafe StartCode.isFile(object) else { return 0 }
                for index in 0..<Int(unsafe object.dlpi_phnum) {
                    let segment = unsafe object.dlpi_phdr[index]
                    guard segment.p_type == UInt32(PT_LOAD), segment.p_flags & UInt32(PF_W) == 0 else { continue }
                    unsafe StartCode.giveBack(UInt(object.dlpi_addr) + UInt(segment.p_vaddr), UInt(segment.p_memsz))
                }
                return 0
            }, nil)
    }

    /// Whether it was mapped from a file, as the kernel's own vDSO is not. The program itself has an empty name.
    private static func isFile(_ object: dl_phdr_info) -> Bool {
        guard let name = unsafe object.dlpi_name else { return false }
        return unsafe name.pointee == 0 || name.pointee == CChar(bitPattern: UInt8(ascii: "/"))
    }

    /// Gives back the pages that lie within a range as a whole.
    private static func giveBack(_ begin: UInt, _ length: UInt) {
        let page = UInt(sysconf(CInt(_SC_PAGESIZE)))
        let first = (begin + page - 1) / page * page
        let end = (begin + length) / page * page
        if end > first { unsafe madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_DONTNEED) }
    }
}
#endif
