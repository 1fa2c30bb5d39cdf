#if !History
/// The history is not here, since this package is used without the trait `History`.
@available(*, unavailable, message: "add traits: [\"History\"]") public struct HistoryExporter {}

/// The history is not here, since this package is used without the trait `History`.
@available(*, unavailable, message: "add traits: [\"History\"]") public struct HistoryReader {}
#endif
