import Glibc
import PowerSensorsCore

/// What was found in a folder that may be a share, when it was read once.
struct ShareScan: Hashable, Sendable {
    /// What the folder holds.
    enum Content: Hashable, Sendable {
        /// A valid record, as `powersensors export --guests` writes it.
        case record(ShareRecord)

        /// No valid record, but a tree of counters, as Scaphandre writes it.
        case tree(ShareTree)

        /// A record that cannot be read, or that was not valid at any attempt, and no tree.
        case unreadable(ReadingStatus, reason: String)

        /// Neither a record nor a tree.
        case nothing
    }

    /// The folder that was read.
    let location: ShareLocation

    let content: Content

    /// Why its record cannot be used; nil if it can be, or there is none.
    let recordError: ShareRecordError?

    /// Whether this process could write to the record or tree that it reads, so that its figures may be forged.
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

    /// Whether the folder is a share: it has a record or a tree, or it is declared to be a share and cannot be read.
    var isShare: Bool {
        switch content {
        case .record, .tree: true
        case .unreadable: location.isExplicit
        case .nothing: false
        }
    }

    /// What changes if a discovery would find other channels in the folder.
    var fingerprint: [String] {
        switch content {
        case .record(let record): record.entries.map { "\($0.domain.characters)" }
        case .tree(let tree): tree.zones.map(\.path)
        case .unreadable(let status, _): [status.name]
        case .nothing: []
        }
    }

    /// Reads the record: up to 20 times, 1 ms apart, as long as it is not valid because the host is in the middle of
    /// writing it.
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
