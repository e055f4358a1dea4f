//! Holds a million short texts in one block of memory.

/// Texts stored one after another, each found by its number.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    all: String,
    /// End of each text. [bytes]
    ends: Vec<u32>,
}

impl Texts {
    /// Appends a text.
    pub fn push(&mut self, text: &str) {
        self.all.push_str(text);
        self.ends.push(u32::try_from(self.all.len()).expect("four gigabytes of ids are no run"));
    }

    /// Returns the text with this number.
    #[must_use]
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.all[start..self.ends[index] as usize]
    }

    /// Returns the number of texts.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no texts.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the numbers of the texts that contain `part`, in ascending order.
    pub fn containing(&self, part: &str) -> Vec<u32> {
        let mut found = Vec::new();
        let finder = memchr::memmem::Finder::new(part.as_bytes());
        let mut from = 0;
        let mut text = 0;
        while let Some(at) = finder.find(&self.all.as_bytes()[from..]).map(|at| at + from) {
            // Find the text in which the match begins.
            text += self.ends[text..].partition_point(|end| *end as usize <= at);
            let end = self.ends[text] as usize;
            if at + part.len() <= end {
                found.push(text as u32);
                from = end;
                text += 1;
            } else {
                from = at + 1;
            }
            if text >= self.ends.len() {
                break;
            }
        }
        found
    }
}

/// A set of few distinct texts, each with a number.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: Vec<String>,
    numbers: std::collections::HashMap<String, u32>,
}

impl Names {
    /// The number for no name.
    pub const NONE: u32 = u32::MAX;

    /// Returns the number of a name; a new name gets a new number.
    pub fn number(&mut self, name: Option<&str>) -> u32 {
        let Some(name) = name else { return Self::NONE };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).expect("there are fewer names than lines");
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// Returns the number of a known name.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Returns the name with this number.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
    }

    /// Returns every name, sorted.
    #[must_use]
    pub fn sorted(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Texts {
        let mut texts = Texts::default();
        all.iter().for_each(|text| texts.push(text));
        texts
    }

    #[test]
    fn a_part_is_found_in_the_text_it_is_in_and_in_no_two_together() {
        let texts = texts(&["kz-1", "kz-12", "", "2kz"]);
        assert_eq!(texts.containing("kz"), [0, 1, 3]);
        assert_eq!(texts.containing("12"), [1]);
        // "1" ends one text and "kz" begins the next.
        assert_eq!(texts.containing("1kz"), [] as [u32; 0]);
        assert_eq!(texts.containing("нет"), [] as [u32; 0]);
        assert_eq!((texts.get(2), texts.get(3)), ("", "2kz"));
    }

    #[test]
    fn names_keep_their_numbers() {
        let mut names = Names::default();
        let numbers = [Some("b"), Some("a"), None, Some("b")].map(|name| names.number(name));
        assert_eq!(numbers, [0, 1, Names::NONE, 0]);
        assert_eq!(names.sorted(), ["a", "b"]);
        assert_eq!(names.name(Names::NONE), None);
    }
}
