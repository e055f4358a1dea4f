//! Connects to the object store that a URL names, with credentials as the cloud's own tools read them.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::path::Path as ObjectPath;
use object_store::{
    ClientConfigKey, ClientOptions, GetOptions, ObjectMeta, ObjectStore, ObjectStoreScheme, RetryConfig,
};
use url::{Position, Url};

use crate::profile::{Profile, stated};
use crate::trouble::{INSTANCE_METADATA, Trouble};
use crate::waiting::wait_for;
use hashwatt_core::error::{Error, Result};

/// Longest that one request may take with its answer, at most 8 MiB. [s]
const REQUEST_S: u64 = 60;

/// Longest that a request is tried again after it failed: signatures last for 5 minutes. [s]
const RETRY_S: u64 = 240;

/// Tries of a request, unless `AWS_MAX_ATTEMPTS` states another number: with pauses from 0.1 s to 15 s, a minute.
const ATTEMPTS: usize = 10;

/// Longest that a machine's own service takes to accept a connection.
const METADATA_WAIT: Duration = Duration::from_secs(1);

/// A place in an object store.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The store.
    pub store: Arc<dyn ObjectStore>,
    /// Key, or what keys begin with.
    pub path: ObjectPath,
    /// URL of the bucket, with a slash at its end: with a key behind it, the URL of an object.
    pub base: String,
    /// Whether it is a web server, which cannot list what it has.
    pub is_web: bool,
}

impl Bucket {
    /// Returns the URL of an object.
    #[must_use]
    pub fn url_of(&self, path: &ObjectPath) -> String {
        format!("{}{path}", self.base)
    }

    /// Lists every object whose key begins with the folder `prefix`.
    ///
    /// # Errors
    /// When the store does not answer; the error names the prefix.
    pub fn list(&self, prefix: &ObjectPath) -> Result<Vec<ObjectMeta>> {
        let listed = wait_for(self.store.list(Some(prefix)).try_collect());
        listed.map_err(|error| Trouble::of(&error).error(&self.url_of(prefix)))
    }

    /// Asks for one object; `None` if there is none.
    ///
    /// # Errors
    /// When the store does not answer; the error names the object.
    pub fn find(&self, path: &ObjectPath) -> Result<Option<ObjectMeta>> {
        match wait_for(object_store::ObjectStoreExt::head(&*self.store, path)) {
            Ok(object) => Ok(Some(object)),
            Err(object_store::Error::NotFound { .. }) if !self.is_web => Ok(None),
            Err(error) => Err(Trouble::of(&error).error(&self.url_of(path))),
        }
    }
}

impl Bucket {
    /// Reads a small object whole; returns it with its tag, which a conditional write needs.
    ///
    /// # Errors
    /// When it is not there or the store does not answer; the error names the object.
    pub fn read(&self, path: &ObjectPath) -> Result<(Bytes, Option<String>)> {
        let read = async {
            let answer = self.store.get_opts(path, GetOptions::default()).await?;
            let e_tag = answer.meta.e_tag.clone();
            Ok((answer.bytes().await?, e_tag))
        };
        wait_for(read).map_err(|error: object_store::Error| Trouble::of(&error).error(&self.url_of(path)))
    }
}

/// Connects to the store of `text`, a URL such as `s3://bucket/folder`. Nothing is asked of it yet.
///
/// # Errors
/// When no store has such URLs, or the environment says what cannot be used.
pub fn connect(text: &str) -> Result<Bucket> {
    let refused = |seen: String| {
        Error::input(
            text,
            seen,
            "Write s3://bucket/folder, gs://bucket/folder, az://container/folder or https://...",
        )
    };
    let url = Url::parse(text).map_err(|error| refused(error.to_string()).because(error))?;
    let (scheme, path) = ObjectStoreScheme::parse(&url)
        .map_err(|_| refused(format!("`{}://` is no object store that hashwatt knows", url.scheme())))?;
    let failed = |error: object_store::Error| Trouble::of(&error).error(text);
    let retry = retries()?;
    let store: Arc<dyn ObjectStore> = match &scheme {
        ObjectStoreScheme::AmazonS3 => Arc::new(amazon(&url, retry)?.build().map_err(failed)?),
        ObjectStoreScheme::GoogleCloudStorage => {
            let builder = GoogleCloudStorageBuilder::from_env().with_url(url.as_str()).with_retry(retry);
            Arc::new(builder.build().map_err(failed)?)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let builder = MicrosoftAzureBuilder::from_env().with_url(url.as_str()).with_retry(retry);
            Arc::new(builder.build().map_err(failed)?)
        }
        ObjectStoreScheme::Http => {
            // Whoever writes `http://` accepts that nothing is encrypted.
            let options = ClientOptions::new()
                .with_timeout(Duration::from_secs(REQUEST_S))
                .with_allow_http(url.scheme() == "http");
            let builder = HttpBuilder::new().with_url(&url[..Position::BeforePath]);
            Arc::new(builder.with_client_options(options).with_retry(retry).build().map_err(failed)?)
        }
        _ => return Err(refused(format!("`{}://` is no object store that hashwatt knows", url.scheme()))),
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let base = format!("{}://{}{port}/", url.scheme(), url.host_str().unwrap_or_default());
    Ok(Bucket { store, path, base, is_web: scheme == ObjectStoreScheme::Http })
}

fn retries() -> Result<RetryConfig> {
    let attempts = match stated("AWS_MAX_ATTEMPTS") {
        None => ATTEMPTS,
        Some(text) => text.parse().ok().filter(|attempts| (1..=100).contains(attempts)).ok_or_else(|| {
            Error::setting("AWS_MAX_ATTEMPTS", format!("`{text}`"), "Write a number from 1 to 100")
        })?,
    };
    let retry_timeout = Duration::from_secs(RETRY_S);
    Ok(RetryConfig { max_retries: attempts - 1, retry_timeout, ..RetryConfig::default() })
}

/// Returns a builder with what the environment and the AWS command line's files say, in Amazon's order: keys of the
/// environment, web identity, a profile's keys, the container's, the machine's.
fn amazon(url: &Url, retry: RetryConfig) -> Result<AmazonS3Builder> {
    let mut builder = AmazonS3Builder::from_env().with_url(url.as_str()).with_retry(retry);
    let timeout = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
    builder = builder.with_config(timeout, format!("{REQUEST_S} seconds"));
    let profile = Profile::of_environment()?;
    let has_own = ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_SKIP_SIGNATURE"]
        .into_iter()
        .any(|variable| stated(variable).is_some());
    if let (false, Some((id, secret, token))) = (has_own, &profile.keys) {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        if let Some(token) = token {
            builder = builder.with_token(token);
        }
    } else if !has_own {
        profile.check_direct()?;
        check_any_credentials(url.as_str())?;
    }
    let is_unset = |builder: &AmazonS3Builder, key| builder.get_config_value(&key).is_none();
    if let Some(region) = profile.region.filter(|_| is_unset(&builder, AmazonS3ConfigKey::Region)) {
        builder = builder.with_region(region);
    }
    let has_endpoint = !is_unset(&builder, AmazonS3ConfigKey::Endpoint)
        || !is_unset(&builder, AmazonS3ConfigKey::S3Endpoint);
    if let Some(endpoint) = profile.endpoint.filter(|_| !has_endpoint) {
        builder = builder.with_endpoint(endpoint);
    }
    check_encrypted(&builder)?;
    Ok(builder)
}

/// Refuses an endpoint without encryption, unless the environment says that it may be one.
fn check_encrypted(builder: &AmazonS3Builder) -> Result<()> {
    let of = |key| builder.get_config_value(&key);
    let Some(endpoint) = of(AmazonS3ConfigKey::S3Endpoint).or_else(|| of(AmazonS3ConfigKey::Endpoint)) else {
        return Ok(());
    };
    let is_allowed =
        of(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp)).is_some_and(|said| said == "true");
    if endpoint.to_ascii_lowercase().starts_with("http://") && !is_allowed {
        return Err(Error::setting(
            "AWS_ENDPOINT_URL",
            format!("`{endpoint}` is not encrypted: readings and signatures can be seen on the way"),
            "Write https://, or set AWS_ALLOW_HTTP=true where the network is trusted",
        ));
    }
    Ok(())
}

/// Refuses at once to go on without any credentials, which otherwise takes minutes of asking in vain.
fn check_any_credentials(url: &str) -> Result<()> {
    let of_container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    let elsewhere = ["AWS_METADATA_ENDPOINT"];
    if of_container.into_iter().chain(elsewhere).any(|variable| stated(variable).is_some()) {
        return Ok(());
    }
    let machine = format!("{INSTANCE_METADATA}:80").parse().expect("it is an address and a port");
    if TcpStream::connect_timeout(&machine, METADATA_WAIT).is_ok() {
        return Ok(());
    }
    Err(Trouble::no_credentials("").error(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_an_object_is_what_a_user_writes() {
        for (text, base, path) in [
            ("https://example.org:8443/a/b.csv", "https://example.org:8443/", "a/b.csv"),
            ("http://user:secret@example.org/x.parquet", "http://example.org/", "x.parquet"),
        ] {
            let bucket = connect(text).unwrap();
            assert_eq!((bucket.base.as_str(), bucket.path.as_ref()), (base, path));
            assert!(bucket.is_web);
            assert_eq!(bucket.url_of(&bucket.path), format!("{base}{path}"));
        }
    }

    #[test]
    fn a_url_of_no_store_is_refused_by_name() {
        for text in ["ftp://host/x", "s4://bucket/x", "memory:///x"] {
            let said = connect(text).unwrap_err().to_string();
            assert!(said.contains(text) && said.contains("s3://bucket"), "{said}");
        }
    }
}
