//! Makes reference data of any size, decodes it bare, ranks many meters: `cargo bench --bench scale -- --help`.

#![expect(clippy::print_stdout, reason = "a program of its own: what it prints is its result")]

#[path = "../reference/mod.rs"]
mod reference;

mod decode;
mod digests;
mod messages;
mod network;
mod prior;
mod rank;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Parser, Subcommand};
use hashwatt::calendar::day_number;
use jiff::civil::Date;
use reference::readings::{Export, Order, write_export};

/// Makes reference data for the benches, and decodes it bare.
#[derive(Debug, Parser)]
#[command(name = "scale")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Worker threads; 0 means one a core
    #[arg(long, global = true, default_value_t = 0)]
    threads: usize,
    /// What `cargo bench` adds; ignored
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write interval data: by-meter.parquet, by-time/ or shuffled.parquet
    Readings {
        #[command(flatten)]
        size: Size,
        /// How rows are sorted
        #[arg(long, value_enum, default_value = "meter")]
        order: Order,
    },
    /// Write daily messages 80020 of the same meters, in Wh
    Messages {
        #[command(flatten)]
        size: Size,
    },
    /// Open and read exports of any format as the digest does, on one thread
    Read {
        /// File, folder or glob
        path: String,
        /// Unit of the values, where the files state none
        #[arg(long)]
        unit: Option<String>,
    },
    /// Write a store of digests of the same meters
    Digests {
        #[command(flatten)]
        size: Size,
    },
    /// Write a store of digests and a register of a network: the same meters, and their transformers
    Network {
        #[command(flatten)]
        size: Size,
        /// Meters below each transformer
        #[arg(long, default_value_t = 100)]
        below: u32,
    },
    /// Balance a network; prints seconds and memory
    Balance {
        /// Folder that `network` wrote
        network: PathBuf,
        /// As `[digest] memory_mib` of a run
        #[arg(long)]
        memory_mib: Option<u32>,
    },
    /// Group, train and rank many meters that are like those of a store
    Rank {
        /// Folder of digests
        #[arg(long)]
        store: PathBuf,
        /// Meters
        #[arg(long, default_value_t = 1_000_000)]
        meters: usize,
    },
    /// Learn the model that is shipped for runs with few meters
    Prior {
        /// Interval data: homes without known farms
        #[arg(long)]
        readings: String,
        /// File of the model
        #[arg(long, default_value = "src/detection/ranking/prior.json")]
        out: PathBuf,
    },
    /// Decode exports on two threads unless told otherwise, and print rows a second
    Decode {
        /// Parquet files and folders of them
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// How much of what, and where.
#[derive(Debug, Args)]
struct Size {
    /// Folder for the files; made where it is not there
    #[arg(long)]
    out: PathBuf,
    /// Meters; 57 of them make a million rows a year
    #[arg(long, default_value_t = 2850)]
    meters: u32,
    /// First civil day
    #[arg(long, default_value = "2023-01-01")]
    first_day: Date,
    /// Days
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// Seed of every chance; the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Threads of a bare decode: what the figures of the README are held against.
const DECODE_THREADS: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let Some(command) = arguments.command else { return Ok(()) };
    let is_decode = matches!(command, Command::Decode { .. });
    let threads = if is_decode && arguments.threads == 0 { DECODE_THREADS } else { arguments.threads };
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    let start = Instant::now();
    let (rows, unit) = run(command)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{rows} {unit} in {seconds:.3} s, {:.1} M/s", rows as f64 / seconds / 1e6);
    Ok(())
}

fn run(command: Command) -> Result<(u64, &'static str), Box<dyn Error>> {
    match command {
        Command::Readings { size, order } => {
            let export = size.export(order);
            write_export(export, &size.out)?;
            Ok((export.n_rows(), "rows"))
        }
        Command::Messages { size } => {
            Ok((messages::write_messages(size.export(Order::Time), &size.out)?, "intervals"))
        }
        Command::Read { path, unit } => Ok((messages::read_exports(&path, unit)?, "intervals")),
        Command::Digests { size } => {
            Ok((digests::write_digests(size.export(Order::Meter), &size.out)?, "meter-days"))
        }
        Command::Network { size, below } => {
            Ok((network::write_network(size.export(Order::Meter), below, &size.out)?, "meter-days"))
        }
        Command::Balance { network, memory_mib } => {
            Ok((network::balance_network(&network, memory_mib)?, "meters"))
        }
        Command::Rank { store, meters } => {
            rank::rank_many(&store, meters)?;
            Ok((meters as u64, "meters, features made up included,"))
        }
        Command::Prior { readings, out } => Ok((prior::learn_prior(&readings, &out)?, "rows")),
        Command::Decode { files } => Ok((decode::decode_files(&files)?, "rows")),
    }
}

impl Size {
    fn export(&self, order: Order) -> Export {
        Export {
            n_meters: self.meters,
            first_day: day_number(self.first_day),
            n_days: self.days,
            order,
            seed: self.seed,
        }
    }
}
