#if Exporters
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// The code that was needed to start, and now only lies in memory.
///
/// To parse options, find sensors and open connections takes most of the pages that this program ever runs; a scrape takes a
/// few. Whoever runs for months should not hold the rest.
enum StartCode {
    /// Unmaps the code of the program and its libraries. What is needed again comes back page by page, out of the kernel's cache
    /// of files.
    ///
    /// Code cannot be written to, so memory and file are the same, and MADV_DONTNEED of madvise(2) loses nothing. Other pages
    /// that cannot be written to are left alone: addresses may have been put into them at the start (ELF's RELRO).
    static func giveBack() {
        guard let maps = try? WholeFile.bytes("/proc/self/maps") else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let code = range(ofCode: line) else { continue }
            unsafe madvise(UnsafeMutableRawPointer(bitPattern: code.lowerBound), code.count, MADV_DONTNEED)
        }
    }

    /// The range of a line of proc(5)'s `maps`, `55d0a000-55d0b000 r-xp 00000000 08:01 42 /usr/bin/powersensors`; nil for what is
    /// no code out of a file.
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
