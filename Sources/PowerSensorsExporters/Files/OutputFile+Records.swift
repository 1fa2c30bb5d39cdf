import Glibc
import PowerSensors

extension OutputFile {
    /// How far before a file's end its last line is looked for. A longer one stays as it is.
    private static let longestLine: off_t = 64 << 20

    /// The size in bytes; nil for anything but a regular file.
    var size: off_t? {
        var status = stat()
        guard isRegular, unsafe fstat(descriptor, &status) == 0 else { return nil }
        return status.st_size
    }

    /// Whether what follows an offset is a text, or the beginning of one and then the end of the file.
    func agrees(with text: [UInt8], at offset: off_t) -> Bool {
        guard let size, size > offset, let found = bytes(at: offset, count: min(text.count, Int(size - offset))) else {
            return false
        }
        return text.starts(with: found)
    }

    /// Keeps other processes of this program from repairing the file until it is closed.
    ///
    /// - Parameter waits: Whether to wait for as long as a write takes.
    /// - Returns: False if somebody else keeps it locked.
    func lock(waits: Bool) -> Bool {
        for attempt in 0..<(waits ? 100 : 1) {
            if attempt > 0 { usleep(1000) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
        }
        return false
    }

    /// Whether the file is empty, or its last line has an end; nil if it cannot be read.
    var endsLine: Bool? {
        guard let size else { return nil }
        return size == 0 ? true : bytes(at: size - 1, count: 1).map { $0 == [Self.newline] }
    }

    /// Removes the last line if its end was cut off, which happens if a program or a machine dies while it writes.
    ///
    /// - Parameters:
    ///   - size: The size of the file.
    ///   - isRecord: Whether the line that begins at an offset is a record of ours. Other lines stay as they are.
    func removeCutLine(_ size: off_t, where isRecord: (off_t) -> Bool) {
        guard endsLine == false, let start = startOfLastLine(size), isRecord(start), self.size == size else { return }
        ftruncate(descriptor, start)
    }

    private static let newline = UInt8(ascii: "\n")

    /// Where the last line begins; nil if that cannot be read, or is too far away.
    private func startOfLastLine(_ size: off_t) -> off_t? {
        var end = size
        while end > 0, size - end < Self.longestLine {
            let start = max(0, end - (64 << 10))
            guard let block = bytes(at: start, count: Int(end - start)) else { return nil }
            if let index = block.lastIndex(of: Self.newline) { return start + off_t(index) + 1 }
            end = start
        }
        return end == 0 ? 0 : nil
    }

    /// The bytes at an offset; nil unless all of them can be read.
    private func bytes(at offset: off_t, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, offset) }
        return read == count ? bytes : nil
    }
}
