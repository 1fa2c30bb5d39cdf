#if Exporters
import Glibc
import PowerSensors

/// The code that only the start needed, and that still occupies memory.
///
/// Parsing options, finding sensors and opening connections use most of the program's pages of code, a scrape uses few. A
/// program that runs for months should not keep the others in memory.
enum StartCode {
    /// Drops the pages of code of the program and its libraries. What is needed again comes back page by page from the kernel's
    /// page cache.
    ///
    /// Code is read-only, so memory and file are the same, and MADV_DONTNEED (madvise(2)) loses nothing. Other read-only pages are
    /// left alone: the loader may have relocated them at the start (ELF's RELRO).
    static func release() {
        guard let maps = try? WholeFile.bytes("/proc/self/maps") else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let code = range(ofCode: line) else { continue }
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, MADV_DONTNEED)
        }
    }

    /// The range of a line of proc(5)'s `maps`, `55d0a000-55d0b000 r-xp 00000000 08:01 42 /usr/bin/powersensors`; nil for anything
    /// but code from a file.
    private static func range(ofCode line: some Sequence<UInt8>) -> Range<UInt>? {
        let fields = String(decoding: Array(line), as: UTF8.self).split(separator: " ", maxSplits: 5)
        guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }).hasPrefix("/") else {
            return nil
        }
        let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return nil }
        return bounds[0]..<bounds[1]
    }
}
#endif
