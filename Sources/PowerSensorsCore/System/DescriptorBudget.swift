import CPowerSensors

/// The number of descriptors that one sensor or exporter may keep open, limited since most belong to the host program.
package enum DescriptorBudget {
    /// The budget of a sensor: a quarter of the process's soft limit, which is never raised.
    package static var ofSensor: Int {
        let limit = cpowersensors_descriptor_limit()
        return limit < 0 ? 256 : max(limit / 4, 16)
    }

    /// The budget of attribution, which scans every process: half of the soft limit, but at least 128 are left to the
    /// program.
    package static var ofAttribution: (processes: Int, groups: Int) {
        let limit = cpowersensors_descriptor_limit()
        let all = limit < 0 ? 512 : max(min(limit / 2, limit - 128), 0)
        return (all - all / 4, all / 4)
    }
}

extension Discovery {
    /// If there are more channels than the budget of descriptors, lets the files of channels that are read rarely be
    /// opened for each reading instead of staying open.
    ///
    /// Reading a file that stays open is about five times cheaper, so those that are read on every sample stay open.
    package mutating func limitOpenFiles(budget: Int = DescriptorBudget.ofSensor) {
        guard channels.count > budget else { return }
        for index in channels.indices where channels[index].readingInterval != nil { channels[index].keepsOpen = false }
    }
}
