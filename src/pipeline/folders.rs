//! Claims the folders that a command writes, and publishes its output.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::acquisition::local_files;
use crate::balance::RESIDUALS;
use crate::digest;
use crate::error::Result;
use crate::finding::Finding;
use crate::folder::{Holds, Input, KeptFile, Workspace, check_apart, check_claim, check_inputs};
use crate::place::is_url;
use crate::settings::{DIGESTS, Settings};
use hashwatt_bucket::Publication;

/// Where a run appears when it is whole: in a folder, or in an object store.
#[derive(Debug)]
pub(super) enum Output {
    Folder(Workspace),
    Remote(Box<Publication>),
}

impl Output {
    /// Returns the folder that is being made.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Folder(workspace) => workspace.folder(),
            Self::Remote(publication) => publication.folder().to_owned(),
        }
    }
}

/// Claims the run's place, after checking that no input lies in a folder that will be written.
pub(super) fn claim(settings: &Settings) -> Result<Output> {
    let inputs = inputs_of(settings);
    if let Some(store) = &settings.store {
        check_store(store, &inputs)?;
    }
    if let Some(url) = settings.out.to_str().filter(|_| is_url(&settings.out)) {
        return Publication::claim(url, Holds::Run, "--out").map(|place| Output::Remote(Box::new(place)));
    }
    if let Some(store) = &settings.store {
        check_apart(("--out", &settings.out), ("--store", store))?;
    }
    Workspace::claim(&settings.out, Holds::Run, &inputs).map(Output::Folder)
}

/// Checks that the store's folder may be written.
pub(super) fn check_store(store: &Path, inputs: &[Input]) -> Result<()> {
    check_inputs(store, inputs, "--store")?;
    check_claim(store, Holds::Store, "--store")
}

/// Returns every local file or folder that a run reads.
#[must_use]
pub fn inputs_of(settings: &Settings) -> Vec<Input> {
    let readings = local_files(&settings.readings).into_iter().map(|path| Input { flag: "--readings", path });
    let tables = [
        ("--register", &settings.register),
        ("--weather", &settings.weather),
        ("--events", &settings.events),
        ("--verdicts", &settings.verdicts),
    ];
    let tables = tables.into_iter().filter_map(|(flag, path)| Some(Input { flag, path: path.clone()? }));
    readings.chain(tables).collect()
}

/// Publishes a run. Returns a finding for each file that was not as hashwatt wrote it and was kept aside.
pub(super) fn publish(output: Output) -> Result<Vec<Finding>> {
    let mut known = BTreeMap::new();
    for name in [DIGESTS, RESIDUALS] {
        let folder = output.folder().join(name);
        if folder.is_dir() {
            let written = digest::store::written_files(&folder)?;
            known.extend(written.into_iter().map(|(file, written)| (format!("{name}/{file}"), written)));
        }
    }
    match output {
        Output::Folder(workspace) => Ok(workspace.publish(&known)?.iter().map(KeptFile::finding).collect()),
        Output::Remote(publication) => publication.publish(&known).map(|()| Vec::new()),
    }
}
