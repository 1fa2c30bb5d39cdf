/// What each consumer was given so far, and what nobody was.
struct ConsumerAccounts {
    private struct Account {
        let id: Int
        var consumer: Consumer
        var energy = EnergyParts.zero
    }

    private struct Remainder: Hashable {
        let kind: Consumer.Kind
        let reason: UnattributedSnapshot.Reason
    }

    private var accounts: [Account?] = []
    private var free: [Int32] = []
    private var nextID = 0
    private var order: [Remainder] = []
    private var remainders: [Remainder: EnergyParts] = [:]

    /// Opens an account, and returns its place.
    mutating func open(for consumer: Consumer) -> Int32 {
        nextID += 1
        let account = Account(id: nextID, consumer: consumer)
        if let place = free.popLast() {
            accounts[Int(place)] = account
            return place
        }
        accounts.append(account)
        return Int32(accounts.count - 1)
    }

    /// Notes that a consumer was moved to another control group; a place below 0 is none.
    mutating func move(_ place: Int32, to group: ControlGroup) {
        if place >= 0 { accounts[Int(place)]?.consumer.take(group) }
    }

    /// Closes an account; a place below 0 is none.
    mutating func close(_ place: Int32) {
        guard place >= 0, accounts[Int(place)] != nil else { return }
        accounts[Int(place)] = nil
        free.append(place)
    }

    /// What all consumers of a kind were ever given, those too that are gone.
    private(set) var given: [Consumer.Kind: EnergyParts] = [:]

    /// Gives a consumer its share.
    mutating func add(_ energy: EnergyParts, to place: Int32, _ kind: Consumer.Kind) {
        given[kind, default: .zero] += energy
        accounts[Int(place)]?.energy += energy
    }

    /// Counts what nobody of a kind was given.
    mutating func add(_ energy: EnergyParts, _ kind: Consumer.Kind, _ reason: UnattributedSnapshot.Reason) {
        let remainder = Remainder(kind: kind, reason: reason)
        if remainders[remainder] == nil { order.append(remainder) }
        remainders[remainder, default: .zero] += energy
    }

    /// All accounts, kind by kind, the oldest of a kind first.
    var consumers: [ConsumerSnapshot] {
        let open = accounts.compactMap(\.self).sorted { $0.id < $1.id }
        return Self.order.flatMap { kind in
            open.filter { $0.consumer.kind == kind }.map { account in
                ConsumerSnapshot(
                    consumer: account.consumer, energy: account.energy.joules, parts: account.energy, id: account.id)
            }
        }
    }

    /// What nobody was given, kind by kind.
    var unattributed: [UnattributedSnapshot] {
        Self.order.flatMap { kind in
            order.filter { $0.kind == kind }.map { remainder in
                let energy = remainders[remainder] ?? .zero
                return UnattributedSnapshot(
                    kind: kind, reason: remainder.reason, energy: energy.joules, parts: energy)
            }
        }
    }

    private static let order: [Consumer.Kind] = [.virtualMachine, .controlGroup, .process]
}
