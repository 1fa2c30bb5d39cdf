extension DescribedServer {
    /// The sockets and cores with which a server is modelled: what is stated, as far as such a machine can be, and what is
    /// usual otherwise.
    struct Size {
        let sockets: Int

        /// Those of all sockets.
        let cores: Int

        /// Whether what is stated is hardly a machine's, so that the band is wide.
        let isDoubted: Bool

        /// Whether neither the cores nor those of the processor are known.
        let areCoresUnknown: Bool

        /// Whether it is stated, or follows from the processor. Without sockets and cores, it is only assumed, and a machine
        /// with twice the sockets uses twice the power. Sockets alone tell it of a processor whose cores are known, and of
        /// one for a single socket its name does.
        let isKnown: Bool

        /// - Throws: A failure if no machine is so large.
        init(of server: DescribedServer, _ match: GenerationMatch, key: String) throws(Failure) {
            let (name, statedSockets) = (server.processor.name, server.statedSockets)
            let processorsCores = match.coresPerSocket(of: name, key: key)
            let typicalCores = processorsCores ?? match.typicalCoresPerSocket
            let threadsPerCore = match.generation.coefficients.threadsPerCore
            let mostSockets = match.isClient ? 1 : name.mostSockets
            // As many threads as the processors have cores: a core has one, as where hyperthreading is off.
            let haveOneEach =
                server.threads.map { threads in
                    let allCores = processorsCores.map { $0 * (statedSockets ?? max(threads / $0, 1)) }
                    return allCores == threads && (statedSockets != nil || threads == processorsCores)
                } ?? false
            let statedCores = server.cores ?? server.threads.map { haveOneEach ? $0 : max($0 / threadsPerCore, 1) }

            // Threads beside a name may be those that the kernel uses.
            let shownCores = statedCores ?? server.processor.threads.map { $0 / threadsPerCore }
            let usualSockets =
                if let shownCores {
                    max(Int((Double(shownCores) / Double(typicalCores)).rounded()), 1)
                } else {
                    ReferencePoints.embedded.typicalSockets(of: match.generation, key: key) ?? 2
                }
            let assumedSockets = min(usualSockets, mostSockets ?? 8)
            let isGuests = server.isSizeDoubtful(coresPerSocket: processorsCores, cores: statedCores)
            let isBeyond = mostSockets.map { $0 < statedSockets ?? 0 } ?? false
            // Where cores are stated too, the row may be of several machines, whose watts it has.
            sockets =
                isGuests || (isBeyond && statedCores == nil) ? assumedSockets : statedSockets ?? assumedSockets

            // As where threads are taken for cores.
            let held = statedSockets == nil ? mostSockets ?? 8 : sockets
            let most = processorsCores.map { $0 * held } ?? .max
            let areTooMany = statedCores.map { $0 > most } ?? false
            cores = (areTooMany ? nil : statedCores) ?? typicalCores * sockets
            try server.checkSize(
                sockets: isGuests ? sockets : statedSockets ?? sockets,
                cores: statedCores ?? max(cores, statedSockets ?? 1))

            isDoubted = isGuests || areTooMany || isBeyond
            areCoresUnknown = statedCores == nil && processorsCores == nil
            let areSocketsKnown = statedSockets != nil || mostSockets == 1 || shownCores == cores
            isKnown = statedCores != nil || (processorsCores != nil && areSocketsKnown)
        }
    }
}
