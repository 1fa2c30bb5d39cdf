/// Where a history is, whether or not this package is used with the trait `History`.
package enum HistoryPath {
    /// Where the service keeps it.
    package static let standard = "/var/lib/powersensors/history.db"
}
