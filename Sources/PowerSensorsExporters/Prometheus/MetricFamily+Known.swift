/// Our metric families. Users rely on them: names, labels and meanings change only with a major version.
extension MetricFamily {
    static let hostEnergy = MetricFamily(
        "host_energy_joules", .counter,
        "Energy of the host since this process began. Scopes are nested or overlap, and must not be added.")
    static let hostPower = MetricFamily(
        "host_power_watts", .gauge,
        "Mean power of the host over the last interval. Scopes are nested or overlap, and must not be added.")
    static let hostLow = MetricFamily(
        "host_power_low_watts", .gauge,
        "Least power that the host may have had, by an estimate's 68 % band, a gap, or a read that took long.")
    static let hostHigh = MetricFamily(
        "host_power_high_watts", .gauge,
        "Most power that the host may have had, by an estimate's 68 % band, a gap, or a read that took long.")
    static let hostInfo = MetricFamily(
        "host", .info, "Where a figure of the host comes from: joins its series on scope, such as for provenance.")
    static let domainEnergy = MetricFamily(
        "domain_energy_joules", .counter,
        "Energy of processor packages and their memory, as their own counters count it. Domains may be added.")
    static let domainPower = MetricFamily(
        "domain_power_watts", .gauge, "Mean power of processor packages and their memory. Domains may be added.")
    static let subdomainEnergy = MetricFamily(
        "subdomain_energy_joules", .counter,
        "Energy of cores and uncore, which a domain already includes. Not to be added to domains.")
    static let subdomainPower = MetricFamily(
        "subdomain_power_watts", .gauge,
        "Mean power of cores and uncore, which a domain already includes. Not to be added to domains.")
    static let channelEnergy = MetricFamily(
        "channel_energy_joules", .counter, "Energy of channels that have no series of another name.")
    static let channelPower = MetricFamily(
        "channel_power_watts", .gauge, "Power of channels that have no series of another name.")
    static let channelInfo = MetricFamily(
        "channel", .info, "What can be read: by which sensor and mechanism, from which file, and where it comes from.")

    static let hwmonPower = MetricFamily(
        "hwmon_power_watts", .gauge, "Power that a chip shows: instantaneous, or averaged by the chip.")
    static let hwmonEnergy = MetricFamily(
        "hwmon_energy_joules", .counter,
        "Energy of a chip's channel since this process began: counted by the chip, or integrated from its power.")
    static let hwmonVolts = MetricFamily("hwmon_volts", .gauge, "Voltage that a chip shows.")
    static let hwmonAmperes = MetricFamily("hwmon_amperes", .gauge, "Current that a chip shows.")
    static let hwmonCelsius = MetricFamily("hwmon_celsius", .gauge, "Temperature that a chip shows.")

    static let supplyPower = MetricFamily(
        "supply_power_watts", .gauge,
        "Power of a battery or supply, without a sign: supply_discharging says whether a battery supplies it.")
    static let supplyEnergy = MetricFamily("supply_energy_joules", .gauge, "Energy that a battery holds now.")
    static let supplyRatio = MetricFamily(
        "supply_charge_ratio", .gauge, "Charge of a battery, as a part of its capacity.")
    static let supplyVolts = MetricFamily("supply_volts", .gauge, "Voltage of a battery or supply.")
    static let supplyAmperes = MetricFamily("supply_amperes", .gauge, "Current of a battery or supply.")
    static let supplyCharge = MetricFamily(
        "supply_charge_coulombs", .gauge, "Electric charge that a battery holds now.")
    static let supplyCelsius = MetricFamily("supply_celsius", .gauge, "Temperature of a battery or supply.")
    static let supplyOnline = MetricFamily("supply_online", .gauge, "1 if the supply is connected, else 0.")
    static let supplyDischarging = MetricFamily(
        "supply_discharging", .gauge, "1 if the battery supplies energy, else 0.")

    static let carbon = MetricFamily(
        "carbon_grams", .counter,
        "CO2 equivalent emitted for the host's energy, by a yearly mean of its region. Scopes must not be added.")
    static let carbonIntensity = MetricFamily(
        "carbon_intensity_grams_per_kwh", .gauge,
        "CO2 equivalent emitted for a kilowatt-hour of the region's electricity, as a mean of the year.")

    static let sensorUp = MetricFamily("sensor_up", .gauge, "1 if some channel of the sensor can be read, else 0.")
    static let channelErrors = MetricFamily(
        "channel_errors", .counter, "How often a channel could no longer be read, by the reason.")
    static let channelWraps = MetricFamily(
        "channel_wraps", .counter, "How often a channel's counter wrapped to 0. No energy is lost.")
    static let channelResets = MetricFamily(
        "channel_resets", .counter,
        "How often a channel's counter was reset; of the energy used meanwhile only bounds are known.")
    static let ambiguousEnergy = MetricFamily(
        "energy_ambiguous_joules", .counter,
        "How much more energy than its counter shows a channel may have used in gaps.")
    static let sampleAge = MetricFamily("sample_age_seconds", .gauge, "Time since the sample that this page shows.")
    static let sampleDuration = MetricFamily("sample_duration_seconds", .gauge, "How long that sample took to read.")
    static let build = MetricFamily("build", .info, "The version of this program.")
}
