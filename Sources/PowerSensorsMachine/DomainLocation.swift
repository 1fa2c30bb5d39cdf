package import PowerSensorsCore

/// The part of the machine that a RAPL energy counter measures, however the counter is read.
package struct DomainLocation: Hashable, Sendable {
    /// `package`, `core`, `uncore`, `dram`, `psys`, or another name that the kernel uses.
    package let domain: String

    /// The package's number.
    package let socket: Int

    /// The die's number; nil if the counter covers its whole package.
    package let die: Int?

    /// The core's number; nil unless the counter is a single core's.
    package let core: Int?

    package init(domain: String, socket: Int, die: Int? = nil, core: Int? = nil) {
        self.domain = domain
        self.socket = socket
        self.die = die
        self.core = core
    }

    /// A name such as `package-0/core`, in which each part is named as powercap's zone for it is.
    package var identity: String {
        switch domain {
        case "package": packageIdentity
        // The driver numbers the platform of the first package only if there are others.
        case "psys": socket == 0 ? "psys" : "psys-\(socket)"
        default: "\(packageIdentity)/\(domain.asIdentifier)\(core.map { "-\($0)" } ?? "")"
        }
    }

    /// The identity of the package or die that contains it, such as `package-0-die-1`.
    package var packageIdentity: String { die.map { "package-\(socket)-die-\($0)" } ?? "package-\(socket)" }

    /// The topology's component for it.
    package var component: Component {
        let isPackage = domain == "package"
        let parent = isPackage ? (die == nil ? Component.hostID : "package-\(socket)") : packageIdentity
        var component = Component(
            id: identity,
            kind: isPackage ? (die == nil ? .socket : .die) : .domain,
            parent: domain == "psys" ? Component.hostID : parent
        )
        component.domain = domain
        component.socket = domain == "psys" && socket == 0 ? nil : socket
        component.die = domain == "psys" ? nil : die
        component.core = core
        return component
    }

    /// The components that contain it: its package and, if there is one, its die.
    package var enclosingComponents: [Component] {
        let package = DomainLocation(domain: "package", socket: socket)
        guard let die else { return [package.component] }
        return [package.component, DomainLocation(domain: "package", socket: socket, die: die).component]
    }
}
