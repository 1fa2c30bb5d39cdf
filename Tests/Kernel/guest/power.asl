// What the kernel's drivers battery, ac and acpi_power_meter find: a battery that counts energy, one that counts charge
// and does not know its rate, an AC adapter, and a power meter. Fields: ACPI specification 6.5, sections 10.2 to 10.4.
DefinitionBlock ("", "SSDT", 2, "RIG", "RIGPOWER", 1)
{
    Scope (\_SB)
    {
        Device (BAT0)
        {
            Name (_HID, EisaId ("PNP0C0A"))
            Name (_UID, 1)
            Method (_STA) { Return (0x1F) }
            // In mW: design capacity, last full capacity, technology, design voltage, warnings, granularities, names.
            Method (_BIF)
            {
                Return (Package (13) { 0, 57000, 50000, 1, 11400, 5000, 2000, 10, 10, "RIGENERGY", "1", "LION", "RIG" })
            }
            // It discharges (1): present rate, remaining capacity, voltage.
            Method (_BST) { Return (Package (4) { 1, 10260, 38000, 11400 }) }
        }
        Device (BAT1)
        {
            Name (_HID, EisaId ("PNP0C0A"))
            Name (_UID, 2)
            Method (_STA) { Return (0x1F) }
            // In mA.
            Method (_BIF)
            {
                Return (Package (13) { 1, 5000, 4400, 1, 11400, 500, 200, 10, 10, "RIGCHARGE", "2", "LION", "RIG" })
            }
            // It discharges, and its rate is unknown.
            Method (_BST) { Return (Package (4) { 1, 0xFFFFFFFF, 3300, 11550 }) }
        }
        Device (ADP1)
        {
            Name (_HID, "ACPI0003")
            Name (_PCL, Package () { \_SB })
            Method (_PSR) { Return (0) }
        }
        Device (PMTR)
        {
            Name (_HID, "ACPI000D")
            Method (_STA) { Return (0x0F) }
            // It measures input power in mW: accuracy, sampling time, bounds of the averaging interval, and names.
            Method (_PMC)
            {
                Return (Package (14) { 1, 0, 0, 95000, 1000, 1000, 60000, 1000, 0, 0, 500000, "RIGMETER", "3", "RIG" })
            }
            Method (_PMD) { Return (Package (1) { \_SB }) }
            Method (_PMM) { Return (212500) }
            Method (_GAI) { Return (1000) }
            Method (_PAI, 1) { Return (0) }
        }
    }
}
