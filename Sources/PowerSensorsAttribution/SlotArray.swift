/// An element's index in a ``SlotArray``. It takes only four bytes, since a few are stored for every process.
typealias SlotIndex = Int32

/// An array whose elements keep their index: removing one leaves a gap, which an element that is inserted later fills.
struct SlotArray<Element> {
    /// The elements, and nil for each gap.
    private(set) var slots: [Element?] = []
    /// The indices of the gaps.
    private var free: [SlotIndex] = []

    /// The number of elements.
    var count: Int { slots.count - free.count }

    subscript(index: SlotIndex) -> Element? { slots[Int(index)] }

    /// Adds an element and returns its index.
    mutating func insert(_ element: Element) -> SlotIndex {
        if let index = free.popLast() {
            slots[Int(index)] = element
            return index
        }
        slots.append(element)
        return SlotIndex(slots.count - 1)
    }

    mutating func remove(at index: SlotIndex) {
        guard slots[Int(index)] != nil else { return }
        slots[Int(index)] = nil
        free.append(index)
    }

    /// Removes the elements that meet a condition, and returns them.
    mutating func remove(where isRemoved: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        for index in slots.indices {
            guard let element = slots[index], isRemoved(element) else { continue }
            removed.append(element)
            remove(at: SlotIndex(index))
        }
        return removed
    }

    /// Changes an element in place.
    mutating func update(at index: SlotIndex, _ change: (inout Element) -> Void) {
        guard var element = slots[Int(index)].take() else { return }
        change(&element)
        slots[Int(index)] = element
    }

    /// Changes every element in place.
    mutating func update(_ change: (inout Element) -> Void) {
        for index in slots.indices { update(at: SlotIndex(index), change) }
    }
}
