import PowerSensors

/// A counter that starts when it is opened.
final class EventCount {
    private let path: String
    private var file: CounterFile?
    /// Whether the next number continues the previous one.
    private var isContinuing = false

    init(path: String) { self.path = path }

    /// Takes over what is open.
    func resume(from other: EventCount) { (file, isContinuing) = (other.file, other.isContinuing) }

    func reading() -> Reading {
        let file = file ?? CounterFile(path)
        self.file = file
        switch file.read() {
        case .success(let number):
            defer { isContinuing = true }
            return isContinuing ? .count(number) : .newCount(number)
        case .failure(let failure):
            // A real sensor waits before it opens the file again.
            self.file = nil
            isContinuing = false
            return .missing(failure.status)
        }
    }
}
