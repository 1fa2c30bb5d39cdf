#if canImport(Glibc)
import Glibc
#endif

/// What lies in a folder that may be a share.
struct ShareLook: Hashable, Sendable {
    /// What there is to read.
    enum Content: Hashable, Sendable {
        /// A record that can be believed.
        case record(ShareRecord)

        /// A tree.
        case tree(ShareTree)

        /// A record that cannot be read, or that is never whole, and no tree.
        case unreadable(ReadingStatus, reason: String)

        /// Neither.
        case nothing
    }

    /// The folder.
    let place: SharePlace

    /// What there is to read in it.
    let content: Content

    /// Why its record is not the one that is read, where there is one.
    let refused: ShareRecordError?

    /// Whether this process could write what it reads.
    let isWritable: Bool

    /// Looks into a folder.
    init(_ place: SharePlace) {
        self.place = place
        let share: SystemRoot
        do throws(AttributeError) {
            share = try SystemRoot(path: place.directory, mountPoint: place.directory)
        } catch {
            refused = nil
            isWritable = false
            content = .unreadable(error.status, reason: error.reason)
            return
        }
        switch Self.record(in: share) {
        case .success(let record):
            refused = nil
            content = .record(record)
            isWritable = Self.canWrite(ShareRecord.fileName, in: share)
        case .failure(let failure):
            refused = failure.error
            let tree = ShareTree(in: share)
            content = tree.map { .tree($0) } ?? failure.content
            isWritable = tree.map { Self.canWrite($0.zones[0].path, in: share) } ?? false
        }
    }

    /// A number that changes with whatever a new discovery would say.
    var mark: Int {
        var hasher = Hasher()
        hasher.combine(place)
        switch content {
        case .record(let record): hasher.combine(record.entries.map(\.domain))
        case .tree(let tree): hasher.combine(tree.zones.map(\.path))
        case .unreadable(let status, _): hasher.combine(status.name)
        case .nothing: hasher.combine(0)
        }
        return hasher.finalize()
    }

    // MARK: Records

    private struct Failure: Error {
        let error: ShareRecordError?
        let content: Content
    }

    /// The record, read as often as it takes to meet no publisher that is just writing it.
    private static func record(in share: SystemRoot) -> Result<ShareRecord, Failure> {
        var failure = ShareRecordError.torn
        for _ in 0..<20 {
            do {
                return .success(try ShareRecord.decode(try share.bytes(ShareRecord.fileName, limit: ShareRecord.size)))
            } catch let error as AttributeError {
                let content: Content =
                    error.status == .absent ? .nothing : .unreadable(error.status, reason: error.reason)
                return .failure(Failure(error: nil, content: content))
            } catch let error as ShareRecordError {
                failure = error
                if case .otherMajor = error { break }
            } catch {
                break
            }
            pause(.milliseconds(1))
        }
        return .failure(
            Failure(error: failure, content: .unreadable(.implausible, reason: "It \(failure)")))
    }

    /// Whether the file opens for writing, which changes nothing in it.
    private static func canWrite(_ path: String, in share: SystemRoot) -> Bool {
        guard let file = try? share.open(path, flags: O_WRONLY) else { return false }
        close(file)
        return true
    }
}
