import Glibc
import PowerSensorsCore

/// The content of a folder that may be a share, read once.
struct ShareScan: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        /// A valid record.
        case record(ShareRecord)

        /// A tree.
        case tree(ShareTree)

        /// A record that cannot be read or is never valid, and no tree.
        case unreadable(ReadingStatus, reason: String)

        /// Neither.
        case nothing
    }

    /// The folder.
    let location: ShareLocation

    let content: Content

    /// Why its record is not read, if there is one.
    let recordError: ShareRecordError?

    /// Whether this process could write to what it reads.
    let isWritable: Bool

    /// Reads a folder.
    init(_ location: ShareLocation) {
        self.location = location
        let share: SystemRoot
        do throws(AttributeError) {
            share = try SystemRoot(path: location.directory, mountPoint: location.directory)
        } catch {
            (recordError, isWritable) = (nil, false)
            content = .unreadable(error.status, reason: error.reason)
            return
        }
        let (found, recordError) = Self.record(in: share)
        self.recordError = recordError
        if case .record = found {
            content = found
            isWritable = Self.canWrite(ShareRecord.fileName, in: share)
        } else {
            let tree = ShareTree(in: share)
            content = tree.map { .tree($0) } ?? found
            isWritable = tree.map { Self.canWrite($0.zones[0].path, in: share) } ?? false
        }
    }

    var hasRecord: Bool {
        if case .record = content { true } else { false }
    }

    /// Whether there is something to read.
    var isShare: Bool {
        switch content {
        case .record, .tree: true
        case .unreadable: location.isExplicit
        case .nothing: false
        }
    }

    /// A number that changes with what a discovery would find in the folder.
    var fingerprint: Int {
        var hasher = Hasher()
        switch content {
        case .record(let record): hasher.combine(record.entries.map(\.domain))
        case .tree(let tree): hasher.combine(tree.zones.map(\.path))
        case .unreadable(let status, _): hasher.combine(status.name)
        case .nothing: hasher.combine(0)
        }
        return hasher.finalize()
    }

    /// Reads the record, again and again if a publisher is just writing it.
    private static func record(in share: SystemRoot) -> (Content, ShareRecordError?) {
        var failure = ShareRecordError.torn
        for _ in 0..<20 {
            do {
                let bytes = try share.bytes(ShareRecord.fileName, limit: ShareRecord.size)
                return (.record(try ShareRecord.decode(bytes)), nil)
            } catch let error as AttributeError {
                return (error.status == .absent ? .nothing : .unreadable(error.status, reason: error.reason), nil)
            } catch let error as ShareRecordError {
                failure = error
                if case .otherMajor = error { break }
            } catch {
                break
            }
            pause(.milliseconds(1))
        }
        return (.unreadable(.implausible, reason: "It \(failure)"), failure)
    }

    /// Whether the file can be opened for writing, which does not change it.
    private static func canWrite(_ path: String, in share: SystemRoot) -> Bool {
        guard let file = try? share.open(path, flags: O_WRONLY) else { return false }
        close(file)
        return true
    }
}
