//! Decodes exports with arrow-rs alone and throws the rows away: what the digest is held against.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

/// Rows of a batch, as the digest asks for.
const ROWS_PER_BATCH: usize = 65_536;

/// Decodes every row group of every file on the threads there are; the rows.
///
/// # Errors
/// When a file cannot be read.
pub fn decode_files(paths: &[PathBuf]) -> Result<u64, Box<dyn Error>> {
    let files = parquet_files(paths)?;
    let footers: Vec<ArrowReaderMetadata> =
        files.iter().map(|path| read_footer(path)).collect::<Result<_, _>>()?;
    let groups: Vec<(usize, usize)> = footers
        .iter()
        .enumerate()
        .flat_map(|(file, footer)| (0..footer.metadata().num_row_groups()).map(move |group| (file, group)))
        .collect();
    let rows: Vec<u64> = groups
        .par_iter()
        .map(|&(file, group)| {
            decode_group(&files[file], &footers[file], group).map_err(|error| error.to_string())
        })
        .collect::<Result<_, String>>()?;
    Ok(rows.iter().sum())
}

/// Files as named, and those in folders as named, in order.
fn parquet_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                files.push(entry?.path());
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    Ok(files)
}

fn read_footer(path: &Path) -> Result<ArrowReaderMetadata, Box<dyn Error>> {
    let plain = ArrowReaderMetadata::load(&File::open(path)?, ArrowReaderOptions::new())?;
    let options = ArrowReaderOptions::new().with_schema(ids_as_dictionary(plain.schema()));
    Ok(ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options)?)
}

fn ids_as_dictionary(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        if field.data_type() != &DataType::Utf8 {
            return Arc::clone(field);
        }
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(field.as_ref().clone().with_data_type(dictionary))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn decode_group(path: &Path, footer: &ArrowReaderMetadata, group: usize) -> Result<u64, Box<dyn Error>> {
    let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(path)?, footer.clone())
        .with_row_groups(vec![group])
        .with_batch_size(ROWS_PER_BATCH)
        .build()?;
    let mut rows = 0;
    for batch in reader {
        rows += std::hint::black_box(batch?).num_rows() as u64;
    }
    Ok(rows)
}
