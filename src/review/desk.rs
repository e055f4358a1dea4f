//! Holds what all pages share: the run, the cases and the database.

use std::ops::RangeInclusive;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use tokio::sync::Semaphore;

use super::case::{Action, Cases, Entry, Status};
use super::counters::Counters;
use super::database::Database;
use super::database::runs::PastLine;
use super::lines::Line;
use super::run_view::{RunView, id_of};
use super::signer::{Signer, secret};
use super::throttle::Throttle;
use super::{Places, ReviewSettings};
use hashwatt_core::error::{Error, Result};
use hashwatt_run::past_run::PastRun;

/// How often the desk checks the folder for a new run. [s]
const LOOK_S: u64 = 20;

/// How often expired sessions are deleted, in checks for a new run.
const SWEEP_LOOKS: u64 = 180;

/// The desk.
#[derive(Debug)]
pub struct Desk {
    /// Settings it was started with.
    pub settings: ReviewSettings,
    /// Database of what people write.
    pub database: Database,
    /// Slows down repeated failed logins.
    pub throttle: Throttle,
    /// Signs the cookies of browsers.
    pub signer: Signer,
    /// Counters for operators.
    pub counters: Counters,
    /// Limits how many requests read days at once to the number of cores; each needs about ten megabytes.
    readers: Semaphore,
    view: RwLock<Arc<RunView>>,
    cases: RwLock<Arc<Cases>>,
    /// Columns of the list that were chosen on a desk without login, while it is open.
    pub columns: RwLock<Option<String>>,
}

/// Seconds since 1970-01-01T00:00Z.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

impl Desk {
    /// Opens the run and reads the cases.
    ///
    /// # Errors
    /// When either fails.
    pub async fn open(settings: ReviewSettings, database: Database) -> Result<Self> {
        let view = RunView::open(&settings.run, settings.streets.as_deref())?;
        let signer = Signer::of(&database.secret("signer", &secret()).await?);
        let desk = Self {
            throttle: Throttle::default(),
            signer,
            counters: Counters::start(),
            readers: Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)),
            view: RwLock::new(Arc::new(view)),
            cases: RwLock::default(),
            columns: RwLock::default(),
            settings,
            database,
        };
        desk.cases().await?;
        desk.database.forget_callers(now()).await?;
        desk.remember(&desk.view()).await?;
        Ok(desk)
    }

    /// Returns the current run.
    #[must_use]
    pub fn view(&self) -> Arc<RunView> {
        Arc::clone(&self.view.read().expect("nobody panics while holding it"))
    }

    /// Returns the cases, including entries from other offices.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases(&self) -> Result<Arc<Cases>> {
        let known = Arc::clone(&self.cases.read().expect("nobody panics while holding it"));
        let entries = self.database.entries_after(known.last()).await?;
        if entries.is_empty() {
            return Ok(known);
        }
        let mut cases = self.cases.write().expect("nobody panics while holding it");
        Arc::make_mut(&mut cases).add(&entries);
        Ok(Arc::clone(&cases))
    }

    /// Writes entries to cases. When this returns, they are on disk. Returns their numbers.
    ///
    /// # Errors
    /// When the database fails; then nothing was written.
    pub async fn write(&self, entries: &[Entry]) -> Result<RangeInclusive<i64>> {
        let view = self.view();
        let line = |meter: &str| Some(past_line(view.lines.line(view.lines.index(meter)?)));
        let lines: Vec<_> = entries.iter().map(|entry| (entry.clone(), line(&entry.meter))).collect();
        let last = self.database.append(&lines).await?;
        self.counters.wrote(entries.iter().filter(|entry| entry.action == Action::Verdict).count());
        Ok(last + 1 - entries.len() as i64..=last)
    }

    /// Reads from the run on a blocking thread, so that other requests go on; one read per core at once.
    ///
    /// # Errors
    /// The errors of `read`.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&RunView) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let view = self.view();
        let _turn = self.readers.acquire().await.map_err(|error| Error::desk("run", error))?;
        let done = tokio::task::spawn_blocking(move || read(&view)).await;
        done.map_err(|error| Error::desk("run", error))?
    }

    /// Whether addresses are hidden from viewers.
    #[must_use]
    pub fn is_pseudonymous(&self) -> bool {
        self.settings.places == Places::Hidden
    }

    /// Deletes what has expired: sessions, counts of refused logins.
    async fn sweep(&self) {
        self.throttle.sweep(Instant::now());
        let swept = async {
            self.database.sweep_sessions(now()).await?;
            self.database.sweep_refused(now()).await
        };
        if let Err(error) = swept.await {
            tracing::warn!(%error, "what is over was not swept away");
        }
    }

    /// Writes the logins that were refused since the last call.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_refused(&self) -> Result<()> {
        let refused = self.throttle.take_refused();
        if refused.is_empty() { Ok(()) } else { self.database.add_refused(now(), &refused).await }
    }

    /// Writes the counts still in memory and closes the database.
    pub async fn close(&self) {
        if let Err(error) = self.write_refused().await {
            tracing::warn!(%error, "refused logins were not written down");
        }
        self.database.close().await;
    }

    /// Stores the lines that the next run will be compared with: suspects, and meters with a case.
    async fn remember(&self, view: &RunView) -> Result<()> {
        let cases = self.cases().await?;
        let is_kept = |line: &Line<'_>| line.is_suspect() || cases.of(line.meter()).is_some();
        let lines: Vec<(String, PastLine)> =
            view.lines.all().filter(is_kept).map(|line| (line.meter().to_owned(), past_line(line))).collect();
        let folder = view.run.folder().display().to_string();
        self.database.remember_run(&view.id, &folder, now(), &lines).await
    }

    /// Opens a new run if one has replaced the current run.
    async fn take_up_new_run(&self) -> Result<()> {
        let (folder, streets) = (self.settings.run.clone(), self.settings.streets.clone());
        if PastRun::glance(&folder).and_then(|run| id_of(&run))? == self.view().id {
            return Ok(());
        }
        let opened = tokio::task::spawn_blocking(move || RunView::open(&folder, streets.as_deref())).await;
        let view = opened.map_err(|error| Error::desk("run", error))??;
        self.remember(&view).await?;
        tracing::info!(run = view.id, lines = view.lines.len(), "a new run is in");
        *self.view.write().expect("nobody panics while holding it") = Arc::new(view);
        Ok(())
    }
}

/// Returns the part of a line that is stored.
fn past_line(line: Line<'_>) -> PastLine {
    PastLine {
        rank: u32::try_from(line.rank()).unwrap_or(u32::MAX),
        score: line.score(),
        rig_kw: line.rig_kw(),
        is_suspect: line.is_suspect(),
    }
}

/// Returns the status of a line. A closed place that draws again has restarted.
#[must_use]
pub fn status_of(line: Line<'_>, cases: &Cases, last_day: Option<Date>) -> Status {
    let Some(case) = cases.of(line.meter()) else { return Status::New };
    match (case.status, case.closed_on.zip(last_day)) {
        (Status::Closed, Some((closed, last_day))) if draws_after(line, closed, last_day) => {
            Status::Restarted
        }
        (status, _) => status,
    }
}

/// Whether a suspect's line shows a rig after the place was closed. Data that ends before proves nothing.
fn draws_after(line: Line<'_>, closed: Date, last_day: Date) -> bool {
    let ended = line.ended().is_some_and(|ended| ended <= closed.saturating_add(jiff::Span::new().days(1)));
    line.is_suspect() && last_day > closed && !ended
}

/// Checks for new runs, deletes expired callers and sessions, as long as the desk is open.
pub fn follow_run(desk: &Arc<Desk>) {
    let desk = Arc::downgrade(desk);
    tokio::spawn(async move {
        let mut looks = 0;
        loop {
            tokio::time::sleep(Duration::from_secs(LOOK_S)).await;
            let Some(desk) = desk.upgrade() else { return };
            // A run that is being published has no record for a moment; the next check finds it.
            if let Err(error) = desk.take_up_new_run().await {
                tracing::warn!(%error, "the run's folder cannot be read now; the run from before stays");
            }
            match desk.database.forget_callers(now()).await {
                Ok(0) => {}
                Ok(n) => tracing::info!(n, "callers whose time was over are deleted"),
                Err(error) => tracing::warn!(%error, "callers whose time is over are not deleted"),
            }
            if let Err(error) = desk.write_refused().await {
                tracing::warn!(%error, "refused logins were not written down");
            }
            looks += 1;
            if looks % SWEEP_LOOKS == 0 {
                desk.sweep().await;
            }
        }
    });
}
