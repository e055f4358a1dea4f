//! Collects what the pass leaves (finished days and loose intervals) by meter, within a memory
//! budget; what does not fit goes to disk until its partition's turn.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::assemble::LooseInterval;
use super::{CLOCK_HOURS, DayDigest};
use crate::acquisition::Quantity;
use crate::error::{Error, Result};

/// Bytes of a loose interval on disk.
const LOOSE_BYTES: usize = 4 + 1 + 1 + 8 + 8 + 8;

/// Bytes of a finished day on disk.
const DAY_BYTES: usize = 4 + 8 + 4 + 4 + 9 * 2 + (N_FLOATS + CLOCK_HOURS) * 4;

/// Floats of a day besides the hours.
const N_FLOATS: usize = 17;

/// A finished day with what decides between two that claim the same place.
#[derive(Debug, Clone, Copy)]
pub struct FinishedDay {
    /// The meter's number.
    pub meter: u32,
    /// Place in the run's input; the lower wins.
    pub order: u64,
    /// The day.
    pub day: DayDigest,
}

/// What one thread has ready for one partition.
#[derive(Debug, Default)]
pub struct Share {
    /// Days that were whole within one batch.
    pub days: Vec<FinishedDay>,
    /// Everything else.
    pub loose: Vec<LooseInterval>,
}

#[derive(Debug, Default)]
struct Partition {
    held: Share,
    spilled: Option<Spill>,
}

#[derive(Debug)]
struct Spill {
    file: BufWriter<File>,
}

/// The partitions of one pass.
#[derive(Debug)]
pub struct Partitions {
    parts: Vec<Mutex<Partition>>,
    folder: PathBuf,
    budget_bytes: u64,
    held_bytes: AtomicU64,
}

impl Partitions {
    /// `n` empty partitions that hold at most `budget_bytes` together before they spill to `folder`.
    pub fn new(n: usize, folder: PathBuf, budget_bytes: u64) -> Self {
        let parts = (0..n).map(|_| Mutex::new(Partition::default())).collect();
        Self { parts, folder, budget_bytes, held_bytes: AtomicU64::new(0) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Adds a thread's share to a partition and empties the share.
    pub fn add(&self, index: usize, share: &mut Share) -> Result<()> {
        let bytes = share_bytes(share);
        if bytes == 0 {
            return Ok(());
        }
        let mut part = self.parts[index].lock().expect("no holder of this lock panics");
        part.held.days.append(&mut share.days);
        part.held.loose.append(&mut share.loose);
        let held = self.held_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // Each partition gives way once it holds its own part of the budget and the whole is used up.
        let own = share_bytes(&part.held);
        if held > self.budget_bytes && own >= self.budget_bytes / (4 * self.parts.len() as u64) {
            self.spill(index, &mut part)?;
            self.held_bytes.fetch_sub(own, Ordering::Relaxed);
        }
        Ok(())
    }

    fn spill(&self, index: usize, part: &mut Partition) -> Result<()> {
        let path = self.folder.join(format!("spill-{index:04}"));
        let failed = |error| Error::write(&path, error);
        if part.spilled.is_none() {
            std::fs::create_dir_all(&self.folder).map_err(failed)?;
            let file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)
                .map_err(failed)?;
            part.spilled = Some(Spill { file: BufWriter::with_capacity(1 << 20, file) });
        }
        let held = std::mem::take(&mut part.held);
        let spill = part.spilled.as_mut().expect("opened above");
        for row in &held.loose {
            write_loose(&mut spill.file, row).map_err(failed)?;
        }
        for row in &held.days {
            write_day(&mut spill.file, row).map_err(failed)?;
        }
        Ok(())
    }

    /// Takes everything of a partition, from disk and memory.
    pub fn take(&self, index: usize) -> Result<Share> {
        let part = std::mem::take(&mut *self.parts[index].lock().expect("no holder of this lock panics"));
        let mut share = part.held;
        self.held_bytes.fetch_sub(share_bytes(&share), Ordering::Relaxed);
        if let Some(spill) = part.spilled {
            let path = self.folder.join(format!("spill-{index:04}"));
            read_spill(spill, &mut share).map_err(|error| Error::write(&path, error))?;
            // The pass's own folder is removed at its end; an early removal only saves space.
            let _ = std::fs::remove_file(&path);
        }
        Ok(share)
    }
}

fn share_bytes(share: &Share) -> u64 {
    (share.days.len() * size_of::<FinishedDay>() + share.loose.len() * size_of::<LooseInterval>()) as u64
}

fn write_loose(file: &mut impl Write, row: &LooseInterval) -> std::io::Result<()> {
    let mut bytes = [0u8; LOOSE_BYTES];
    bytes[..4].copy_from_slice(&row.meter.to_le_bytes());
    bytes[4] = row.quantity as u8;
    bytes[5] = u8::from(row.is_estimated);
    bytes[6..14].copy_from_slice(&row.start_s.to_le_bytes());
    bytes[14..22].copy_from_slice(&row.value.to_le_bytes());
    bytes[22..30].copy_from_slice(&row.order.to_le_bytes());
    file.write_all(b"L")?;
    file.write_all(&bytes)
}

fn write_day(file: &mut impl Write, row: &FinishedDay) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(1 + DAY_BYTES);
    bytes.push(b'D');
    bytes.extend(row.meter.to_le_bytes());
    bytes.extend(row.order.to_le_bytes());
    bytes.extend(row.day.day.to_le_bytes());
    bytes.extend(row.day.interval_minutes.to_le_bytes());
    row.day.counts().iter().for_each(|count| bytes.extend(count.to_le_bytes()));
    row.day.floats().iter().chain(&row.day.hour_kw).for_each(|value| bytes.extend(value.to_le_bytes()));
    file.write_all(&bytes)
}

fn read_spill(spill: Spill, share: &mut Share) -> std::io::Result<()> {
    let mut file = spill.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.seek(SeekFrom::Start(0))?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let mut tag = [0u8];
    while file.read(&mut tag)? == 1 {
        if tag[0] == b'L' {
            let mut bytes = [0u8; LOOSE_BYTES];
            file.read_exact(&mut bytes)?;
            share.loose.push(parse_loose(&bytes));
        } else {
            let mut bytes = [0u8; DAY_BYTES];
            file.read_exact(&mut bytes)?;
            share.days.push(parse_day(&bytes));
        }
    }
    Ok(())
}

fn parse_loose(bytes: &[u8; LOOSE_BYTES]) -> LooseInterval {
    let mut fields = Fields(bytes);
    let meter = u32::from_le_bytes(fields.next());
    let [quantity, estimated] = fields.next();
    LooseInterval {
        meter,
        quantity: match quantity {
            0 => Quantity::Energy,
            1 => Quantity::Demand,
            _ => Quantity::RegisterRead,
        },
        is_estimated: estimated == 1,
        start_s: i64::from_le_bytes(fields.next()),
        value: f64::from_le_bytes(fields.next()),
        order: u64::from_le_bytes(fields.next()),
    }
}

fn parse_day(bytes: &[u8; DAY_BYTES]) -> FinishedDay {
    let mut fields = Fields(bytes);
    let meter = u32::from_le_bytes(fields.next());
    let order = u64::from_le_bytes(fields.next());
    let mut day = DayDigest::empty(i32::from_le_bytes(fields.next()), u32::from_le_bytes(fields.next()), 0);
    day.set_counts(std::array::from_fn(|_| u16::from_le_bytes(fields.next())));
    day.set_floats(std::array::from_fn(|_| f32::from_le_bytes(fields.next())));
    day.hour_kw = std::array::from_fn(|_| f32::from_le_bytes(fields.next()));
    FinishedDay { meter, order, day }
}

/// Cuts fixed-size fields off the front of a record.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn next<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.0.split_first_chunk().expect("records have a fixed size");
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_disk_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let partitions = Partitions::new(1, folder.path().join("spill"), 0);
        let mut day = DayDigest::empty(19_000, 30, 48);
        day.demand_kw_p50 = 3.25;
        day.hour_kw[23] = 1.5;
        day.n_distinct = 7;
        let loose = LooseInterval {
            meter: 3,
            quantity: Quantity::RegisterRead,
            is_estimated: true,
            start_s: -5,
            value: 2.5,
            order: 9,
        };
        let mut share = Share { days: vec![FinishedDay { meter: 1, order: 2, day }], loose: vec![loose] };
        partitions.add(0, &mut share).unwrap();
        assert!(folder.path().join("spill/spill-0000").exists());
        let back = partitions.take(0).unwrap();
        assert_eq!(back.loose, vec![loose]);
        assert_eq!(format!("{:?}", back.days[0].day), format!("{day:?}"));
        assert_eq!((back.days[0].meter, back.days[0].order), (1, 2));
    }
}
