//! Lists the mining machines that rigs are made of, with their draw at the plug.

use rand::Rng;

use super::chance::{between, one_of};

/// Every machine that a rig may be made of. Draws are at the wall at 25 degC, from the makers' data sheets.
pub const MACHINES: &[Machine] = &[
    // Bitmain data sheets. Cheap farms still ran the S9 of 13.5 TH/s in 2021.
    Machine::asic("Antminer S9", 2016, 1.30, 1.38),
    Machine::asic("Antminer S17+", 2019, 2.85, 2.95),
    Machine::asic("Antminer S19", 2020, 3.15, 3.30),
    Machine::asic("Antminer S19j Pro", 2021, 2.80, 3.10),
    Machine::asic("Antminer S21", 2023, 3.45, 3.60),
    // MicroBT data sheets.
    Machine::asic("Whatsminer M21S", 2019, 3.30, 3.42),
    Machine::asic("Whatsminer M30S++", 2020, 3.40, 3.52),
    Machine::asic("Whatsminer M50", 2022, 3.27, 3.43),
    Machine::asic("Whatsminer M60", 2023, 3.35, 3.48),
    // Canaan data sheet.
    Machine::asic("Avalon A1246", 2021, 3.35, 3.50),
    // Six to twelve cards of 90-150 W with board and power supply; owners' measurements.
    Machine::gpu("GPU rig, 6 cards", 2018, 0.60, 0.95),
    Machine::gpu("GPU rig, 8 cards", 2019, 0.90, 1.20),
    Machine::gpu("GPU rig, 12 cards", 2020, 1.15, 1.60),
];

/// A year that allows every machine of the list.
pub const ANY_YEAR: i16 = i16::MAX;

/// Kind of machine; owners of one kind rarely own the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineKind {
    /// One purpose-built computer of 1.3-3.6 kW.
    Asic,
    /// A frame of graphics cards, 0.6-1.6 kW.
    Gpu,
}

/// A model of machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// The maker's name for it.
    pub model: &'static str,
    /// ASIC or GPU.
    pub kind: MachineKind,
    /// First year on sale.
    pub year: i16,
    /// Lowest draw at the plug among its versions. [kW]
    pub kw_low: f32,
    /// Highest draw at the plug among its versions. [kW]
    pub kw_high: f32,
}

impl Machine {
    /// Draws a machine of this kind that was on sale by `latest_year`. Old models stay in use, so all are
    /// equally likely.
    pub fn draw(kind: MachineKind, latest_year: i16, rng: &mut impl Rng) -> Self {
        let sold: Vec<Self> =
            MACHINES.iter().copied().filter(|m| m.kind == kind && m.year <= latest_year).collect();
        if sold.is_empty() { Self::draw(kind, ANY_YEAR, rng) } else { one_of(&sold, rng) }
    }

    /// Draws the power at the plug of the version that one owner bought. [kW]
    pub fn draw_kw(&self, rng: &mut impl Rng) -> f32 {
        between(self.kw_low, self.kw_high, rng)
    }

    const fn asic(model: &'static str, year: i16, kw_low: f32, kw_high: f32) -> Self {
        Self { model, kind: MachineKind::Asic, year, kw_low, kw_high }
    }

    const fn gpu(model: &'static str, year: i16, kw_low: f32, kw_high: f32) -> Self {
        Self { model, kind: MachineKind::Gpu, year, kw_low, kw_high }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn no_machine_is_drawn_before_it_was_sold() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..200 {
            assert!(Machine::draw(MachineKind::Asic, 2021, &mut rng).year <= 2021);
        }
    }

    #[test]
    fn every_machine_draws_between_half_a_kilowatt_and_four() {
        for machine in MACHINES {
            assert!(0.5 < machine.kw_low && machine.kw_low <= machine.kw_high && machine.kw_high < 4.0);
        }
    }
}
