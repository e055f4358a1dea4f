//! Writes the digests of a network with its transformers' meters, and balances it.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use hashwatt::acquisition::register::Register;
use hashwatt::balance::{BalanceInputs, Ledger, Tree};
use hashwatt::digest::store::manifest::PartRecord;
use hashwatt::digest::store::{DigestStore, PartWriter};
use hashwatt::ids::MeterId;
use hashwatt::settings::{DEFAULT_MEMORY_MIB, Windows};
use rayon::prelude::*;

use crate::reference::days::{Digester, demand_kw};
use crate::reference::load::{Loads, SLOTS, meter_id, mix};
use crate::reference::readings::Export;

/// Parts of the store with meters, about as many as a run over 100,000 meters makes.
const N_PARTS: u32 = 64;

/// One transformer in so many has a tap below it, as long as the data.
const TAPPED: u64 = 100;

/// What a tap draws. [kW]
const TAP_KW: f32 = 12.0;

/// A transformer's loss without load, and what follows the square of its load. [kW, 1/kW]
const NO_LOAD_KW: f32 = 0.3;
const LOAD_LOSS: f32 = 1e-4;

/// Where the network's store and register lie in its folder.
const STORE: &str = "digests";
const REGISTER: &str = "register.csv";

/// Writes a store and a register: meters of an export, so many `below` each transformer; the
/// meter-days.
///
/// # Errors
/// When a file cannot be written.
pub fn write_network(export: Export, below: u32, folder: &Path) -> Result<u64, Box<dyn Error>> {
    let store = folder.join(STORE);
    std::fs::create_dir_all(&store)?;
    let n_transformers = export.n_meters.div_ceil(below);
    write_register(export.n_meters, below, &folder.join(REGISTER))?;
    let loads = Loads::new(export.n_meters, export.first_day, export.seed);
    let a_part = n_transformers.div_ceil(N_PARTS);
    let parts = (0..n_transformers.div_ceil(a_part))
        .into_par_iter()
        .map(|part| {
            let transformers = part * a_part..((part + 1) * a_part).min(n_transformers);
            let names = [format!("meters-{part:04}.parquet"), format!("transformers-{part:04}.parquet")];
            let digester = Digester::new(&loads, export.first_day, export.n_days);
            let network = Network { loads: &loads, export, below };
            network.write_part(digester, transformers, &store, &names).map_err(|error| error.to_string())
        })
        .collect::<Result<Vec<[PartRecord; 2]>, String>>()?;
    DigestStore::of_parts(&store, parts.into_iter().flatten().collect())?;
    Ok(u64::from(export.n_meters + n_transformers) * u64::from(export.n_days))
}

fn write_register(n_meters: u32, below: u32, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "meter_id,parent_id,kind")?;
    for meter in 0..n_meters {
        writeln!(file, "{},{},meter", meter_id(meter), transformer_id(meter / below))?;
    }
    for transformer in 0..n_meters.div_ceil(below) {
        writeln!(file, "{},,transformer", transformer_id(transformer))?;
    }
    Ok(file.flush()?)
}

fn transformer_id(transformer: u32) -> String {
    format!("TR-{transformer:06}")
}

struct Network<'a> {
    loads: &'a Loads,
    export: Export,
    below: u32,
}

impl Network<'_> {
    /// Writes the meters of some transformers into one part and the transformers into another.
    fn write_part(
        &self,
        mut digester: Digester<'_>,
        transformers: Range<u32>,
        store: &Path,
        names: &[String; 2],
    ) -> hashwatt::error::Result<[PartRecord; 2]> {
        let mut meters = PartWriter::create(store.join(&names[0]))?;
        let mut parents = PartWriter::create(store.join(&names[1]))?;
        for transformer in transformers {
            let mut fed_kw = vec![[0.0f32; SLOTS as usize]; self.export.n_days as usize];
            let own = transformer * self.below..((transformer + 1) * self.below).min(self.export.n_meters);
            for meter in own {
                let days = digester.digest_of(|day| {
                    let kw = demand_kw(self.loads, meter, day);
                    fed_kw[day as usize].iter_mut().zip(&kw).for_each(|(sum, kw)| *sum += kw);
                    kw
                });
                meters.push(&MeterId::from(meter_id(meter)), &days)?;
            }
            let is_tapped = mix(self.export.seed ^ (u64::from(transformer) << 32)).is_multiple_of(TAPPED);
            let tap_kw = if is_tapped { TAP_KW } else { 0.0 };
            let supplied = |kw: f32| kw + tap_kw + NO_LOAD_KW + LOAD_LOSS * (kw + tap_kw) * (kw + tap_kw);
            let days = digester.digest_of(|day| fed_kw[day as usize].map(supplied));
            parents.push(&MeterId::from(transformer_id(transformer)), &days)?;
        }
        Ok([meters.finish()?, parents.finish()?])
    }
}

/// Balances a network that was written before; prints what it adds to a pass over the digests, and the
/// most memory it took.
///
/// # Errors
/// When it cannot be read.
pub fn balance_network(folder: &Path, memory_mib: Option<u32>) -> Result<u64, Box<dyn Error>> {
    let (store, register) = (DigestStore::open(&folder.join(STORE))?, folder.join(REGISTER));
    let (register, _) = Register::read(&register)?;
    let (none, (tree, _)) = (Tree::default(), Tree::of(&register));
    let memory_mib = memory_mib.unwrap_or(DEFAULT_MEMORY_MIB);
    let n_meters = register.points().count() as u64;
    let days_a_meter = store.n_rows() / n_meters.max(1);
    let before = resident_mib("VmRSS");
    let pass = |ledger: &Ledger<'_>| -> Result<f64, Box<dyn Error>> {
        let start = Instant::now();
        store.map_meters(|meter| {
            ledger.add(&meter, register.point(meter.meter.as_str()));
            None::<()>
        })?;
        Ok(start.elapsed().as_secs_f64())
    };
    let bare_s = pass(&Ledger::open(&none, days_a_meter, memory_mib))?;
    let bare_mib = resident_mib("VmHWM");
    let ledger = Ledger::open(&tree, days_a_meter, memory_mib);
    let sums_s = pass(&ledger)?;
    let (sums_mib, start) = (resident_mib("VmHWM"), Instant::now());
    let around = BalanceInputs {
        blackout_days: &[],
        night: Windows::default().night,
        folder: &folder.join("balance"),
    };
    let balance = ledger.close(&store, &register, &around)?;
    let close_s = start.elapsed().as_secs_f64();
    let n_unexplained = balance.parents.iter().filter(|parent| parent.excess.log_ratio > 0.0).count();
    println!(
        "{} transformers, {n_meters} meters with them, {days_a_meter} days, {n_unexplained} with unexplained load",
        balance.parents.len()
    );
    println!("pass over the digests {bare_s:.2} s, with sums {sums_s:.2} s, balance {close_s:.2} s");
    println!(
        "memory with the register {before} MiB, peak of the pass {bare_mib} MiB, with sums {sums_mib} MiB, with the balance {} MiB",
        resident_mib("VmHWM")
    );
    Ok(n_meters)
}

/// A figure of the kernel's on this process, 0 where there is none. [MiB]
fn resident_mib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
