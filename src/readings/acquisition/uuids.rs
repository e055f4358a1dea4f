//! Writes the UUIDs that a Parquet file holds in 16 bytes as text.

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::basic::LogicalType;
use parquet::schema::types::SchemaDescriptor;
use uuid::Uuid;

/// Length of a UUID. [bytes]
const UUID_BYTES: i32 = 16;

/// Name that Arrow gives the type of UUIDs.
const ARROW_UUID: &str = "arrow.uuid";

/// Returns the columns that the file calls UUIDs, by its own type or by that of Arrow.
pub(super) fn uuid_columns(schema: &SchemaDescriptor, arrow: &SchemaRef) -> Vec<usize> {
    let is_uuid_leaf = |column: usize| {
        let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == column);
        leaf.is_some_and(|leaf| schema.column(leaf).logical_type_ref() == Some(&LogicalType::Uuid))
    };
    let fields = arrow.fields().iter().enumerate();
    let is_uuid = |(column, field): &(usize, &Arc<Field>)| {
        *field.data_type() == DataType::FixedSizeBinary(UUID_BYTES)
            && (is_uuid_leaf(*column) || field.extension_type_name() == Some(ARROW_UUID))
    };
    fields.filter(is_uuid).map(|(column, _)| column).collect()
}

/// Returns the schema with some columns as text.
pub(super) fn with_texts(schema: &SchemaRef, columns: &[usize]) -> SchemaRef {
    let fields = schema.fields().iter().enumerate().map(|(column, field)| match columns.contains(&column) {
        true => Arc::new(Field::new(field.name(), DataType::Utf8, field.is_nullable())),
        false => Arc::clone(field),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// Writes UUIDs in 16 bytes as text, `123e4567-e89b-12d3-a456-426614174000`.
pub(super) fn with_uuid_texts(batch: &RecordBatch, columns: &[usize]) -> Result<RecordBatch, ArrowError> {
    let mut arrays = batch.columns().to_vec();
    for &column in columns {
        let uuids = arrays[column].as_fixed_size_binary();
        arrays[column] =
            Arc::new(uuids.iter().map(|bytes| bytes.and_then(uuid_text)).collect::<StringArray>());
    }
    RecordBatch::try_new(with_texts(batch.schema_ref(), columns), arrays)
}

/// Returns the text of 16 bytes.
fn uuid_text(bytes: &[u8]) -> Option<String> {
    Some(Uuid::from_slice(bytes).ok()?.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_are_written_in_five_groups() {
        let bytes: Vec<u8> = (0..16).map(|byte| byte * 17).collect();
        assert_eq!(uuid_text(&bytes).unwrap(), "00112233-4455-6677-8899-aabbccddeeff");
    }
}
