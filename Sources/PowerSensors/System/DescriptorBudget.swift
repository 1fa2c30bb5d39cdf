import CPowerSensors

/// How many descriptors one sensor, or one exporter, keeps open: a quarter of what the process may have, since they are
/// the host program's.
package enum DescriptorBudget {
    /// The budget by the process's soft limit, which is never raised.
    package static var ofSensor: Int {
        let limit = cpowersensors_descriptor_limit()
        return limit < 0 ? 256 : max(limit / 4, 16)
    }

    /// The budget of those who look at every process: half, and so much less that a program of few descriptors has some left.
    static var ofAttribution: (processes: Int, groups: Int) {
        let limit = cpowersensors_descriptor_limit()
        let all = limit < 0 ? 512 : max(min(limit / 2, limit - 128), 0)
        return (all - all / 4, all / 4)
    }
}

extension Discovery {
    /// Lets the files that are read rarely be opened for each reading, where all would be more than a sensor may keep.
    ///
    /// An open file makes a reading some five times as cheap, which matters for those that are read on every sample.
    mutating func spareDescriptors(beyond budget: Int) {
        guard channels.count > budget else { return }
        for index in channels.indices where channels[index].readingInterval != nil {
            channels[index].isOpenedEachTime = true
        }
    }
}
