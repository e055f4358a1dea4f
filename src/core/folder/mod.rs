//! Makes the output folders of commands: beside their place, under a lock, and published whole.
//!
//! A command writes into a folder beside `--out` that nobody reads. When everything is there, the two folders
//! change places in one step. Until then the previous run stays in place. From the old folder, hashwatt
//! removes the files that its [`Marker`] names and that are unchanged. All other files belong to the user;
//! they move to the new folder.

mod lock;
pub mod marker;
mod retire;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::platform::{exchange, is_mounted};
pub use lock::{Lock, signature};
pub use marker::{Holds, MARKER, Marker, Written};
pub use retire::KeptFile;

/// Folders in a workspace: the one being made, and the one it replaces.
const NEW: &str = "new";
const OLD: &str = "old";
const LOCK: &str = "lock";

/// Attempts to lock a workspace that another command removes, and the pause between them.
const MAX_TRIES: usize = 20;
const TRY_AGAIN: std::time::Duration = std::time::Duration::from_millis(20);

/// An input file of a command, and the flag that named it.
#[derive(Debug, Clone)]
pub struct Input {
    /// Flag or argument, for messages.
    pub flag: &'static str,
    /// The file.
    pub path: PathBuf,
}

/// A folder that is being made for `--out`.
#[derive(Debug)]
pub struct Workspace {
    /// Its final place.
    out: PathBuf,
    /// The workspace beside `out`: the lock and the folder being made.
    beside: PathBuf,
    holds: Holds,
    _lock: Lock,
}

impl Workspace {
    /// Reserves `out` for the output of this command. Nothing in it changes before
    /// [`publish`](Self::publish).
    ///
    /// # Errors
    /// When `out` has somebody else's files, another command is writing it, one of the `inputs` is inside it,
    /// or the system does not allow writing.
    pub fn claim(out: &Path, holds: Holds, inputs: &[Input]) -> Result<Self> {
        let out = place_of(out)?;
        check_place(&out)?;
        check_free_or_own(&out, holds, "--out")?;
        check_inputs(&out, inputs, "--out")?;
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let beside = out.with_file_name(format!(".{name}.hashwatt"));
        let lock = lock_workspace(&beside, &out)?;
        let workspace = Self { out, beside, holds, _lock: lock };
        workspace.recover()?;
        let new = workspace.folder();
        std::fs::create_dir(&new).map_err(|error| Error::write(&new, error))?;
        Ok(workspace)
    }

    /// Returns the folder that is being made.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.beside.join(NEW)
    }

    /// Moves the folder to its final place in one step. The checksums of `known` files are not computed
    /// again. Returns the files of the old folder that were not hashwatt's and now have another name.
    ///
    /// # Errors
    /// When the system refuses. The old folder then stays in place.
    pub fn publish(self, known: &BTreeMap<String, Written>) -> Result<Vec<KeptFile>> {
        let (new, old) = (self.folder(), self.beside.join(OLD));
        Marker::of_content(self.holds, &new, known)?.write(&new)?;
        let failed = |error| Error::write(&self.out, error);
        if let Some(parent) = self.out.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        match swap(&new, &self.out, &old) {
            Swapped::Both => std::fs::rename(&new, &old).map_err(failed)?,
            Swapped::Failed(error) => return Err(failed(error)),
            Swapped::One => {}
        }
        sync(self.out.parent());
        retire::retire(&old, &self.out)
    }

    /// Finishes the work that a killed command left undone.
    fn recover(&self) -> Result<()> {
        let (new, old) = (self.folder(), self.beside.join(OLD));
        if old.is_dir() {
            if self.out.exists() {
                retire::retire(&old, &self.out)?;
            } else {
                std::fs::rename(&old, &self.out).map_err(|error| Error::write(&self.out, error))?;
            }
        }
        // Everything in it was written by a command that did not finish.
        if new.is_dir() {
            std::fs::remove_dir_all(&new).map_err(|error| Error::write(&new, error))?;
        }
        Ok(())
    }
}

impl Drop for Workspace {
    /// Removes the workspace while its lock is held, so that a failed command leaves only what was there
    /// before. A folder that cannot be removed only takes up space; the next command removes it.
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.folder());
        if self.beside.join(OLD).exists() {
            return;
        }
        // Rename first, so that it vanishes at once: the next command would take half a workspace for
        // somebody else's folder.
        let mut name = self.beside.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{}", std::process::id()));
        let gone = self.beside.with_file_name(name);
        if std::fs::rename(&self.beside, &gone).is_ok() {
            let _ = std::fs::remove_dir_all(gone);
        }
    }
}

/// Makes a workspace and takes its lock. If the previous command removes the workspace in between, it is made
/// again.
fn lock_workspace(beside: &Path, out: &Path) -> Result<Lock> {
    let take = || {
        prepare(beside, Holds::Workspace, "--out")?;
        Lock::take(&beside.join(LOCK), &format!("--out {}", out.display()))
    };
    let was_gone = |error: &Error| match error {
        Error::Write { source, .. } => source.kind() == std::io::ErrorKind::NotFound,
        _ => !beside.exists(),
    };
    for _ in 0..MAX_TRIES {
        match take() {
            Err(error) if was_gone(&error) => std::thread::sleep(TRY_AGAIN),
            lock => return lock,
        }
    }
    take()
}

/// Makes a lasting hashwatt folder, such as a store. The folder must be new, empty, or already of this type.
///
/// # Errors
/// When the folder has somebody else's files, or cannot be made.
pub fn prepare(folder: &Path, holds: Holds, flag: &str) -> Result<()> {
    if check_free_or_own(folder, holds, flag)? == State::Own {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))?;
    Marker::bare(holds).write(folder)
}

/// Refuses a folder that [`prepare`] would refuse, but does not make it.
///
/// # Errors
/// When the folder has somebody else's files.
pub fn check_claim(folder: &Path, holds: Holds, flag: &str) -> Result<()> {
    check_free_or_own(folder, holds, flag).map(drop)
}

/// Refuses inputs that are inside the folder that a command writes: it would replace its own input.
///
/// # Errors
/// When there is such an input; the error names the first.
pub fn check_inputs(folder: &Path, inputs: &[Input], flag: &str) -> Result<()> {
    let Ok(folder) = folder.canonicalize() else { return Ok(()) };
    let lies_within = |input: &&Input| {
        let real = input.path.canonicalize().unwrap_or_else(|_| input.path.clone());
        real.starts_with(&folder)
    };
    let Some(input) = inputs.iter().find(lies_within) else { return Ok(()) };
    Err(Error::setting(
        flag,
        format!(
            "{} {} lies in {}, which this command writes",
            input.flag,
            input.path.display(),
            folder.display()
        ),
        "Name another folder, or copy the input to a place of its own",
    ))
}

/// Refuses two folders if one is inside the other.
///
/// # Errors
/// When one is; the error names both flags.
pub fn check_apart(a: (&str, &Path), b: (&str, &Path)) -> Result<()> {
    let real = |path: &Path| place_of(path).unwrap_or_else(|_| path.to_owned());
    let (first, second) = (real(a.1), real(b.1));
    if first.starts_with(&second) || second.starts_with(&first) {
        return Err(Error::setting(
            format!("{} and {}", a.0, b.0),
            format!("{} and {} lie in one another", a.1.display(), b.1.display()),
            "Name two folders side by side",
        ));
    }
    Ok(())
}

/// Whether a folder is hashwatt output, which cannot be read as an export.
#[must_use]
pub fn is_output(folder: &Path) -> bool {
    // A marker that cannot be read still counts.
    folder.join(MARKER).is_file()
        && !matches!(Marker::read(folder), Ok(Some(marker)) if marker.holds.is_export())
}

/// State of the place where an output folder goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// There is nothing, or an empty folder.
    Free,
    /// There is a hashwatt folder of the same type.
    Own,
}

fn check_free_or_own(folder: &Path, holds: Holds, flag: &str) -> Result<State> {
    let refused = |seen: String, cure: &str| Error::setting(flag, seen, cure);
    let shown = folder.display();
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(State::Free),
        Err(error) => return Err(refused(format!("{shown}: {error}"), "Name a folder that can be written")),
        Ok(facts) if !facts.is_dir() => {
            return Err(refused(format!("{shown} is a file"), "Name a folder"));
        }
        Ok(_) => {}
    }
    if let Some(marker) = Marker::read(folder)? {
        if marker.holds == holds {
            return Ok(State::Own);
        }
        let seen = format!("{shown} holds {}", marker.holds.words());
        return Err(refused(seen, "Name another folder, or remove this one if nobody needs it"));
    }
    let entries = std::fs::read_dir(folder).map_err(|error| Error::read(folder, error))?;
    // Another hashwatt process may be writing the marker at this moment.
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names: Vec<String> = names.filter(|name| !name.starts_with(crate::atomic::PREFIX)).collect();
    // It may have written it between the two looks.
    if names.iter().any(|name| name == MARKER) && Marker::read(folder)?.is_some() {
        return check_free_or_own(folder, holds, flag);
    }
    let Some(first) = names.iter().min() else { return Ok(State::Free) };
    let others = match names.len() {
        1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    Err(refused(
        format!("{shown} is not empty, and hashwatt did not make it: it holds {first}{others}"),
        "Name a folder that is new or empty; hashwatt touches no files of others",
    ))
}

/// Returns the place where a folder is or will be, with links followed.
fn place_of(path: &Path) -> Result<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let whole = std::path::absolute(path).map_err(|error| Error::write(path, error))?;
    let (parent, name) = (whole.parent(), whole.file_name());
    let is_plain = matches!(whole.components().next_back(), Some(Component::Normal(_)));
    match parent.zip(name).filter(|_| is_plain) {
        Some((parent, name)) => Ok(place_of(parent)?.join(name)),
        None => Err(Error::setting(
            "--out",
            format!("`{}` names no folder", path.display()),
            "Name a folder, for example run1",
        )),
    }
}

/// Refuses places that cannot change with another folder in one step.
fn check_place(out: &Path) -> Result<()> {
    let cure = "Name a folder of its own within it, for example run1";
    let refused = |seen: String| Err(Error::setting("--out", seen, cure));
    let shown = out.display();
    if out.file_name().is_none() {
        return refused(format!("{shown} is the whole disk"));
    }
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    if here.is_ok_and(|here| here.starts_with(out)) {
        return refused(format!("{shown} is the working folder"));
    }
    if is_mounted(out) {
        return refused(format!("{shown} is where a disk is mounted"));
    }
    Ok(())
}

/// Result of swapping two folders.
enum Swapped {
    /// Both moved at once: the folder of the second place is now at the first.
    Both,
    /// Only one moved: the second place was empty, or its folder is now at the third place.
    One,
    /// Neither moved.
    Failed(std::io::Error),
}

/// Moves `new` to `out`. The folder at `out` goes to `new`, or to `old` if the disk cannot swap in one step.
/// A command killed in between leaves it in `old`, and the next command puts it back.
fn swap(new: &Path, out: &Path, old: &Path) -> Swapped {
    if !out.exists() {
        return std::fs::rename(new, out).map_or_else(Swapped::Failed, |()| Swapped::One);
    }
    if exchange(new, out) {
        return Swapped::Both;
    }
    if let Err(error) = std::fs::rename(out, old) {
        return Swapped::Failed(error);
    }
    match std::fs::rename(new, out) {
        Ok(()) => Swapped::One,
        Err(error) => {
            // Put the old folder back. If this fails too, the next command does it.
            let _ = std::fs::rename(old, out);
            Swapped::Failed(error)
        }
    }
}

/// Makes new names survive a power cut where the system supports it.
fn sync(folder: Option<&Path>) {
    if let Some(folder) = folder.and_then(|folder| std::fs::File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap() }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn put(&self, name: &str, text: &str) -> PathBuf {
            let path = self.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        }

        fn claim(&self) -> Result<Workspace> {
            Workspace::claim(&self.path("run1"), Holds::Run, &[])
        }

        /// Publishes a run that has these files.
        fn publish(&self, files: &[(&str, &str)]) -> Vec<KeptFile> {
            let workspace = self.claim().unwrap();
            for (name, text) in files {
                let path = workspace.folder().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            workspace.publish(&BTreeMap::new()).unwrap()
        }

        fn text(&self, name: &str) -> String {
            std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
        }

        /// Lists the names in the folder that contains the run.
        fn names(&self) -> Vec<String> {
            let entries = std::fs::read_dir(self.folder.path()).unwrap();
            let mut names: Vec<_> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }

    #[test]
    fn a_run_takes_the_place_of_the_one_before_and_leaves_nothing_beside_it() {
        let place = Place::new();
        place.publish(&[("a", "1"), ("digests/p", "1"), ("gone", "1")]);
        place.publish(&[("a", "2"), ("digests/p", "2")]);
        assert_eq!((place.text("run1/a"), place.text("run1/digests/p")), ("2".into(), "2".into()));
        assert!(!place.path("run1/gone").exists());
        assert_eq!(place.names(), ["run1"]);
    }

    #[test]
    fn a_folder_of_others_is_refused_and_stays() {
        let place = Place::new();
        place.put("run1/digests/mine.txt", "mine");
        let said = place.claim().unwrap_err().to_string();
        assert!(said.contains("digests") && said.contains("did not make it"), "{said}");
        assert_eq!(place.names(), ["run1"]);
        assert_eq!(place.text("run1/digests/mine.txt"), "mine");
    }

    #[test]
    fn files_of_others_in_a_run_move_along_and_changed_ones_are_kept_under_another_name() {
        let place = Place::new();
        place.publish(&[("suspects.csv", "a,b\n"), ("digests/p", "1")]);
        place.put("run1/suspects.csv", "a,b,my note\n");
        place.put("run1/notes.txt", "visited");
        place.put("run1/digests/mine/x", "mine");
        let kept = place.publish(&[("suspects.csv", "c\n"), ("digests/p", "2")]);
        assert_eq!(place.text("run1/suspects.csv"), "c\n");
        assert_eq!(place.text("run1/suspects.kept-1.csv"), "a,b,my note\n");
        assert_eq!(place.text("run1/notes.txt"), "visited");
        assert_eq!(place.text("run1/digests/mine/x"), "mine");
        assert_eq!(kept.len(), 1);
        // A file that was kept once is kept again.
        place.publish(&[("suspects.csv", "d\n")]);
        assert_eq!(place.text("run1/suspects.kept-1.csv"), "a,b,my note\n");
        assert_eq!(place.text("run1/digests/mine/x"), "mine");
        assert!(!place.path("run1/digests/p").exists());
    }

    #[test]
    fn a_command_that_fails_leaves_what_was_there() {
        let place = Place::new();
        place.publish(&[("a", "1")]);
        let workspace = place.claim().unwrap();
        std::fs::write(workspace.folder().join("a"), "2").unwrap();
        drop(workspace);
        assert_eq!(place.text("run1/a"), "1");
        assert_eq!(place.names(), ["run1"]);
    }

    #[test]
    fn a_second_command_is_refused_while_the_first_is_at_work() {
        let place = Place::new();
        let first = place.claim().unwrap();
        let said = place.claim().unwrap_err().to_string();
        assert!(said.contains("at work") && said.contains(&std::process::id().to_string()), "{said}");
        drop(first);
        place.claim().unwrap();
    }

    #[test]
    fn what_a_killed_command_left_is_put_back_or_finished() {
        let place = Place::new();
        place.publish(&[("a", "1")]);
        // Killed between the two steps: the old run is in the workspace, and its place is empty.
        std::fs::create_dir(place.path(".run1.hashwatt")).unwrap();
        Marker::bare(Holds::Workspace).write(&place.path(".run1.hashwatt")).unwrap();
        std::fs::rename(place.path("run1"), place.path(".run1.hashwatt/old")).unwrap();
        place.put(".run1.hashwatt/new/half", "x");
        drop(place.claim().unwrap());
        assert_eq!(place.text("run1/a"), "1");
        // Killed after both steps: the old run, with a note in it, is still to be removed.
        std::fs::create_dir(place.path(".run1.hashwatt")).unwrap();
        Marker::bare(Holds::Workspace).write(&place.path(".run1.hashwatt")).unwrap();
        std::fs::rename(place.path("run1"), place.path(".run1.hashwatt/old")).unwrap();
        place.put(".run1.hashwatt/old/notes.txt", "mine");
        std::fs::create_dir(place.path("run1")).unwrap();
        Marker::bare(Holds::Run).write(&place.path("run1")).unwrap();
        drop(place.claim().unwrap());
        assert_eq!(place.text("run1/notes.txt"), "mine");
        assert!(!place.path("run1/a").exists());
        assert_eq!(place.names(), ["run1"]);
    }

    #[test]
    fn inputs_in_the_folder_are_refused_through_links_too() {
        let place = Place::new();
        place.publish(&[("register.parquet", "x")]);
        let mut paths = vec![place.path("run1/register.parquet")];
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place.path("run1"), place.path("link")).unwrap();
            paths.push(place.path("link/register.parquet"));
            std::os::unix::fs::symlink(place.path("run1/register.parquet"), place.path("r.parquet")).unwrap();
            paths.push(place.path("r.parquet"));
        }
        for path in paths {
            let input = Input { flag: "--register", path };
            let said = Workspace::claim(&place.path("run1"), Holds::Run, &[input]).unwrap_err().to_string();
            assert!(said.contains("--register") && said.contains("which this command writes"), "{said}");
        }
    }

    #[test]
    fn folders_in_one_another_are_refused() {
        let place = Place::new();
        let (out, store) = (place.path("x"), place.path("x/digests"));
        let said = check_apart(("--out", &out), ("--store", &store)).unwrap_err().to_string();
        assert!(said.contains("--out and --store"), "{said}");
        check_apart(("--out", &place.path("x")), ("--store", &place.path("xy"))).unwrap();
    }

    #[test]
    fn places_that_cannot_be_exchanged_are_refused() {
        for path in ["/", "..", "."] {
            let said = Workspace::claim(Path::new(path), Holds::Run, &[]).unwrap_err().to_string();
            assert!(said.contains("--out") && said.contains("run1"), "{path}: {said}");
        }
        let place = Place::new();
        let file = place.put("file", "x");
        assert!(Workspace::claim(&file, Holds::Run, &[]).unwrap_err().to_string().contains("is a file"));
    }
}
