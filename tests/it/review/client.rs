//! Asks a desk over HTTP as a browser without scripts would: cookies, forms and their tokens.

use ureq::http::Response;
use ureq::{Agent, Body};

/// A browser without scripts.
pub struct Client {
    agent: Agent,
    address: String,
    /// Token of the last page that had one.
    pub csrf: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.body.contains(words), "nothing says `{words}`: {}", self.body);
        self
    }

    #[track_caller]
    pub fn says_not(self, words: &str) -> Self {
        assert!(!self.body.contains(words), "something says `{words}`: {}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Client {
    pub fn of(address: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build();
        Self { agent: config.into(), address: address.to_owned(), csrf: String::new() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.take(request.call().unwrap())
    }

    /// Sends a form with the token of the last page.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", &*csrf)]).collect();
        self.post_bare(path, &fields)
    }

    /// Sends a form as it is.
    pub fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.address));
        let answer = request.send_form(fields.iter().copied()).unwrap();
        self.take(answer)
    }

    /// Sends a form with the token of the last page and headers of its own.
    pub fn post_with(&mut self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let csrf = self.csrf.clone();
        let answer = request.send_form(fields.iter().copied().chain([("csrf", &*csrf)])).unwrap();
        self.take(answer)
    }

    /// Sends JSON with a program's token.
    pub fn post_json(&mut self, path: &str, token: &str, body: &str) -> Answer {
        let request = self
            .agent
            .post(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let answer = request.send(body).unwrap();
        self.take(answer)
    }

    /// The status, `None` where nobody answers.
    pub fn try_get(&mut self, path: &str) -> Option<u16> {
        let answer = self.agent.get(format!("{}{path}", self.address)).call().ok()?;
        Some(self.take(answer).status)
    }

    /// The status of a form that is sent, `None` where nobody answers.
    pub fn try_post(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<u16> {
        let csrf = self.csrf.clone();
        let fields = fields.iter().copied().chain([("csrf", &*csrf)]);
        let answer = self.agent.post(format!("{}{path}", self.address)).send_form(fields).ok()?;
        Some(answer.status().as_u16())
    }

    fn take(&mut self, mut answer: Response<Body>) -> Answer {
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        let token = [r#"<meta name="csrf" content=""#, r#"name="csrf" value=""#]
            .into_iter()
            .find_map(|mark| body.split(mark).nth(1)?.split('"').next());
        if let Some(token) = token {
            token.clone_into(&mut self.csrf);
        }
        let answer = Answer { status, location: String::new(), headers, body };
        let location = answer.header("location").to_owned();
        Answer { location, ..answer }
    }
}

/// The path of a meter's page.
pub fn page_of(meter: &str) -> String {
    hashwatt::review::pages::meter_address(meter)
}
