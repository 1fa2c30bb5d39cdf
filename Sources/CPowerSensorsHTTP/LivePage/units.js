// Numbers as people read them. What is not known is a dash.

const UNKNOWN = "–";

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** A number with three digits or so, as [text, unit], by steps of a thousand. */
function scaled(value, units) {
    if (!isNumber(value)) return [UNKNOWN, units[0][1]];
    const size = Math.abs(value);
    const [factor, unit] = units.find(([factor]) => size >= factor * 0.9995) ?? units[units.length - 1];
    const number = value / factor;
    return [number === 0 ? "0" : number.toFixed(Math.abs(number) >= 9.995 ? 1 : 2), unit];
}

const joined = ([text, unit]) => `${text}\u00a0${unit}`;

/** Watts. From 10 kW on, kilowatts. */
function wattParts(value) {
    if (!isNumber(value)) return [UNKNOWN, "W"];
    if (value === 0) return ["0", "W"];
    return Math.abs(value) >= 9999.5 ? scaled(value, [[1000, "kW"]]) : scaled(value, [[1, "W"], [0.001, "mW"]]);
}

const watts = (value) => joined(wattParts(value));

/** Joules, as watt-hours from one of them on. */
function energy(joules) {
    if (!isNumber(joules)) return UNKNOWN;
    if (Math.abs(joules) < 3600) return joined(scaled(joules, [[1e3, "kJ"], [1, "J"]]));
    return joined(scaled(joules / 3600, [[1e6, "MWh"], [1e3, "kWh"], [1, "Wh"]]));
}

const grams = (value) => isNumber(value) ? joined(scaled(value, [[1e6, "t"], [1e3, "kg"], [1, "g"]])) : UNKNOWN;

const percent = (part, whole) => {
    if (!isNumber(part) || !isNumber(whole) || whole <= 0) return UNKNOWN;
    const value = 100 * part / whole;
    return value > 0 && value < 0.5 ? "<\u00a01\u00a0%" : `${Math.round(value)}\u00a0%`;
};

const clock = (milliseconds, withSeconds = true) => new Date(milliseconds).toLocaleTimeString([], {
    hour: "2-digit", minute: "2-digit", second: withSeconds ? "2-digit" : undefined, hourCycle: "h23",
});

/** A time of day, with its date unless that is today's. */
function moment(milliseconds) {
    const date = new Date(milliseconds);
    const now = new Date(Date.now());
    if (date.toDateString() === now.toDateString()) return clock(milliseconds);
    const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
    return `${date.toLocaleDateString([], { day: "numeric", month: "short", year })} ${clock(milliseconds)}`;
}

const milliseconds = (nanoseconds) => nanoseconds / 1e6;

const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The words of the protocol in plain English. */
const WORDS = {
    scope: {
        cpu: "processors and memory", platform: "the whole machine", battery: "what the battery supplies",
        wall: "at the wall socket",
    },
    status: {
        warming_up: "waiting for the second sample", partial: "a part is missing", absent: "not there",
        forbidden: "no permission", io: "cannot be read", implausible: "implausible", stale: "no longer updated",
        asleep: "asleep", ambiguous: "uncertain after a gap",
    },
    kind: { vm: "Virtual machines", cgroup: "Control groups", process: "Processes" },
    reason: {
        idle: "Processors idle", interrupts: "Interrupts", short_lived: "Short-lived processes",
        folded: "Not listed", ended: "Ended", unscanned: "Not divided yet", other: "Outside of these",
    },
    event: {
        sensor_lost: "Can no longer be read", sensor_back: "Can be read again", counter_reset: "Counter was reset",
        ambiguous_gap: "Gap: energy uncertain", new_generation: "Sensors were added or removed", power_spike: "Spike begins",
        power_spike_end: "Spike is over",
    },
    severity: { error: "Error", warning: "Warning", info: "Note" },
};

const word = (list, name) => Object.hasOwn(WORDS[list], name) ? WORDS[list][name] : String(name ?? "").replaceAll("_", " ");
