//! Makes the JSON schema of the pipeline file, by which editors complete and check its keys.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::PipelineFile;

/// Returns the JSON schema of a pipeline file, as indented JSON that ends in a newline.
///
/// It refuses what no run can use: keys that do not exist, values of another type, numbers out of bounds. What only
/// the data can tell, such as the name of a column, it leaves open.
#[must_use]
pub fn pipeline_schema() -> String {
    // Draft 7 is what editors of TOML read.
    let settings =
        SchemaSettings::draft07().for_deserialize().with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<PipelineFile>();
    schema.insert("title".to_owned(), "Pipeline file of hashwatt".into());
    schema.insert("description".to_owned(), "What `hashwatt detect` reads, and how".into());
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
    text + "\n"
}

/// Takes away `null`: TOML has none, and a key that is left out is no value. The name of a Rust type tells nobody
/// anything, and neither does the width of a number beside its bounds.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = &choices[..] {
            let only = only.clone();
            object.remove("anyOf");
            object.extend(only);
        }
    }
    object.retain(|key, value| match key.as_str() {
        "default" => !value.is_null() && !value.is_object() && *value != Value::Array(Vec::new()),
        "format" => value == "date",
        _ => true,
    });
}
