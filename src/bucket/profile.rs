//! Reads the credentials that the AWS command line keeps in files: object_store knows the environment alone.

use std::path::PathBuf;

use hashwatt_core::error::{Error, Result};
use ini::{Ini, ParseOption, Properties};

/// Profile that is used where none is stated.
const DEFAULT: &str = "default";

/// Keys of profiles whose credentials come from elsewhere.
const INDIRECT: [&str; 5] =
    ["credential_process", "role_arn", "sso_session", "sso_start_url", "login_session"];

/// A profile of `~/.aws/credentials` and `~/.aws/config`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Key id, secret and, of temporary credentials, the token.
    pub keys: Option<(String, String, Option<String>)>,
    pub region: Option<String>,
    pub endpoint: Option<String>,
    /// Key that says where its credentials come from, if it has none itself.
    indirect: Option<(String, String)>,
}

impl Profile {
    /// Reads the profile that `AWS_PROFILE` names, or the default one.
    ///
    /// # Errors
    /// When a stated profile is in neither file, or a file cannot be read.
    pub fn of_environment() -> Result<Self> {
        let stated = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].into_iter().find_map(stated);
        let credentials = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
        let config = file("AWS_CONFIG_FILE", "config");
        Self::read(stated.as_deref(), credentials, config)
    }

    fn read(stated: Option<&str>, credentials: Option<PathBuf>, config: Option<PathBuf>) -> Result<Self> {
        let name = stated.unwrap_or(DEFAULT);
        let section = if name == DEFAULT { DEFAULT.to_owned() } else { format!("profile {name}") };
        let (credentials, config) = (load(credentials)?, load(config)?);
        let of_credentials = credentials.as_ref().and_then(|file| file.section(Some(name)));
        let of_config = config.as_ref().and_then(|file| file.section(Some(section)));
        if let (Some(name), None, None) = (stated, of_credentials, of_config) {
            return Err(Error::setting(
                "AWS_PROFILE",
                format!("`{name}` is neither in ~/.aws/credentials nor in ~/.aws/config"),
                "Name one that `aws configure list-profiles` prints",
            ));
        }
        let value = |key: &str| {
            let of = |section: Option<&Properties>| section?.get(key).map(|value| value.trim().to_owned());
            of(of_credentials).or_else(|| of(of_config)).filter(|value| !value.is_empty())
        };
        let keys = value("aws_access_key_id").zip(value("aws_secret_access_key"));
        Ok(Self {
            indirect: INDIRECT
                .into_iter()
                .filter(|_| keys.is_none())
                .find_map(|key| Some((name.to_owned(), key.to_owned())).filter(|_| value(key).is_some())),
            keys: keys.map(|(id, secret)| (id, secret, value("aws_session_token"))),
            region: value("region"),
            endpoint: value("endpoint_url"),
        })
    }

    /// Refuses a profile whose credentials only the AWS command line can get.
    ///
    /// # Errors
    /// When it is one; the error names the command that puts its credentials into the environment.
    pub fn check_direct(&self) -> Result<()> {
        let Some((name, key)) = &self.indirect else { return Ok(()) };
        Err(Error::setting(
            "AWS_PROFILE",
            format!("`{name}` gets its credentials by {key}, and hashwatt reads keys alone"),
            format!("Run eval \"$(aws configure export-credentials --profile {name} --format env)\" first"),
        ))
    }
}

/// Returns the value of an environment variable that is not empty.
pub fn stated(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

fn file(variable: &str, name: &str) -> Option<PathBuf> {
    let home = || stated("HOME").or_else(|| stated("USERPROFILE"));
    stated(variable).map(PathBuf::from).or_else(|| Some(PathBuf::from(home()?).join(".aws").join(name)))
}

fn load(path: Option<PathBuf>) -> Result<Option<Ini>> {
    let Some(path) = path.filter(|path| path.is_file()) else { return Ok(None) };
    // A secret may have any character: nothing in it is a quote or an escape.
    let options = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    match Ini::load_from_file_opt(&path, options) {
        Ok(file) => Ok(Some(file)),
        Err(error) => {
            let cure = "Correct it, or put the credentials into the environment";
            Err(Error::input(path.display().to_string(), error.to_string(), cure).because(error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: &str = "[default]\naws_access_key_id = A\naws_secret_access_key = a/b+c=#;:\\n\"\n\n\
        [night]\naws_access_key_id=N\naws_secret_access_key=n\naws_session_token=t\n";
    const CONFIG: &str = "[default]\nregion = eu-central-1\ns3 =\n  max_concurrent_requests = 20\n\n\
        [profile night]\nendpoint_url = https://minio:9000\n\n[profile people]\nsso_session = office\n";

    fn read(stated: Option<&str>) -> Result<Profile> {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            Some(path)
        };
        Profile::read(stated, write("credentials", CREDENTIALS), write("config", CONFIG))
    }

    #[test]
    fn a_profile_is_read_from_both_files() {
        let profile = read(None).unwrap();
        assert_eq!(profile.keys, Some(("A".into(), "a/b+c=#;:\\n\"".into(), None)));
        assert_eq!(profile.region.as_deref(), Some("eu-central-1"));
        let profile = read(Some("night")).unwrap();
        assert_eq!(profile.keys, Some(("N".into(), "n".into(), Some("t".into()))));
        assert_eq!(profile.endpoint.as_deref(), Some("https://minio:9000"));
        profile.check_direct().unwrap();
    }

    #[test]
    fn a_profile_without_keys_names_the_command_that_gets_them() {
        let said = read(Some("people")).unwrap().check_direct().unwrap_err().to_string();
        assert!(said.contains("`people`") && said.contains("sso_session"), "{said}");
        assert!(said.contains("export-credentials --profile people"), "{said}");
    }

    #[test]
    fn a_profile_that_is_not_there_is_refused_and_no_file_is_none() {
        assert!(read(Some("nobody")).unwrap_err().to_string().contains("`nobody`"));
        assert_eq!(Profile::read(None, None, None).unwrap(), Profile::default());
    }
}
