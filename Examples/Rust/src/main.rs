//! The energy of a piece of work, in each scope that this machine has a figure for.

mod powersensors;

use powersensors::Sampler;

/// Some work: how many primes there are below a number.
fn primes(limit: u64) -> usize {
    (2..limit).filter(|&number| (2..).take_while(|divisor| divisor * divisor <= number).all(|divisor| number % divisor != 0)).count()
}

fn main() -> Result<(), String> {
    let sampler = Sampler::open()?;
    let (count, figures) = sampler.measure(|| primes(3_000_000))?;
    println!("{count} primes");
    for figure in figures {
        match (figure.energy, figure.power) {
            (Some(energy), Some(power)) => println!("{} ({}): {energy:.3} J, {power:.2} W", figure.scope, figure.provenance),
            _ => println!("{} ({}): unknown J, unknown W: {}", figure.scope, figure.provenance, figure.status),
        }
        if let (Some(low), Some(high)) = (figure.energy_low, figure.energy_high) {
            println!("    between {low:.3} and {high:.3} J");
        }
    }
    Ok(())
}
