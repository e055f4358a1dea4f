//! Writes the meters as daily messages 80020, and reads exports of any format as the digest does.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use hashwatt::acquisition::{MeterReader, open_sources};
use hashwatt::calendar::date_of;
use hashwatt::ids::MeterNumbers;
use hashwatt::settings::ReadingsTable;

use super::reference::load::{Loads, SLOTS, meter_id};
use super::reference::readings::Export;

/// Writes a file for each day into `folder`, active import and export in whole Wh; the intervals of import.
///
/// # Errors
/// When a file cannot be written.
pub fn write_messages(export: Export, folder: &Path) -> Result<u64, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let loads = Loads::new(export.n_meters, export.first_day, export.seed);
    for day in 0..export.n_days {
        let date = date_of(export.first_day + day as i32).strftime("%Y%m%d").to_string();
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<message class=\"80020\" version=\"2\" number=\"{day}\">\n\
             <datetime><timestamp>{date}120000</timestamp><daylightsavingtime>0</daylightsavingtime><day>{date}</day></datetime>\n\
             <sender><inn>0000000000</inn><name>bench</name></sender>\n<area timezone=\"1\"><inn>0000000000</inn>\n"
        );
        for meter in 0..export.n_meters {
            let id = meter_id(meter);
            writeln!(text, "<measuringpoint code=\"{id}\" name=\"{id}\">")?;
            for (code, share) in [("01", 1.0), ("03", 0.3)] {
                writeln!(text, "<measuringchannel code=\"{code}\" desc=\"channel\">")?;
                for slot in 0..SLOTS {
                    let wh = (loads.energy_kwh(meter, day * SLOTS + slot) * share * 1000.0).round();
                    let clock = |slot: u32| format!("{:02}{:02}", slot / 2 % 24, slot % 2 * 30);
                    let (start, end) = (clock(slot), clock(slot + 1));
                    writeln!(
                        text,
                        "<period start=\"{start}\" end=\"{end}\">\n<value status=\"0\">{wh}</value>\n</period>"
                    )?;
                }
                text.push_str("</measuringchannel>\n");
            }
            text.push_str("</measuringpoint>\n");
        }
        text.push_str("</area>\n</message>\n");
        std::fs::write(folder.join(format!("80020_{date}.xml")), text)?;
    }
    Ok(export.n_rows())
}

/// Opens exports and reads every interval on one thread; prints how long each took. The intervals.
///
/// # Errors
/// When nothing can be read.
pub fn read_exports(path: &str, unit: Option<String>) -> Result<u64, Box<dyn Error>> {
    let start = Instant::now();
    let stated = ReadingsTable { path: path.to_owned(), unit, ..ReadingsTable::default() };
    let opened = open_sources(&[stated], None)?;
    let bytes: u64 = opened.sources.iter().map(|source| source.bytes).sum();
    println!("{} files opened in {:.3} s", opened.sources.len(), start.elapsed().as_secs_f64());
    let (start, meters, mut n) = (Instant::now(), MeterNumbers::default(), 0);
    for source in &opened.sources {
        for unit in 0..source.n_units() {
            source.read_unit(unit, &mut MeterReader::new(&meters), &mut |batch| {
                n += batch.values.len() as u64;
                Ok(())
            })?;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{:.1} MB read in {seconds:.3} s, {:.1} MB/s", bytes as f64 / 1e6, bytes as f64 / 1e6 / seconds);
    Ok(n)
}
