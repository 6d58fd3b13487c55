//! Lines of logs, read back.

/// A line of a log.
pub struct LogLine {
    /// As it was written.
    pub whole: String,
    /// Date and time. Those of one width compare as times do.
    pub time: String,
    pub level: String,
    pub text: String,
}

impl LogLine {
    /// Reads a line of that service: time, level, the service in brackets, text. A planted line may lack the
    /// middle.
    pub fn read(service: &str, line: &str) -> Option<Self> {
        let (time, rest) = line.split_once(' ')?;
        let of_time = |c: char| c.is_ascii_digit() || "-:.TZ".contains(c);
        if time.len() < 20 || !time.chars().all(of_time) {
            return None;
        }
        let (level, after) = rest.split_once(' ').unwrap_or((rest, ""));
        let tag = format!("[{service}] ");
        let (level, text) = match after.trim_start().strip_prefix(&tag) {
            Some(text) => (level, text),
            None => ("", rest),
        };
        Some(Self {
            whole: line.to_owned(),
            time: time.to_owned(),
            level: level.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Returns the numbers of the text that these words follow at once, as `12.3` of `12.3% of`.
    pub fn numbers_before(&self, unit: &str) -> Vec<f64> {
        numbers_before(&self.text, unit)
    }
}

/// Returns the numbers that stand before each of these words.
pub fn numbers_before(text: &str, unit: &str) -> Vec<f64> {
    let of_number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let before = |(at, _): (usize, &str)| {
        let before = &text[..at];
        let start = before.trim_end_matches(of_number).len();
        before[start..].parse().ok()
    };
    text.match_indices(unit).filter_map(before).collect()
}

/// Returns the number that follows these words.
pub fn number_after(text: &str, words: &str) -> Option<f64> {
    let (_, after) = text.split_once(words)?;
    let of_number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let number: String = after.chars().take_while(|c| of_number(*c)).collect();
    number.trim_end_matches('.').parse().ok()
}

/// Returns the time that is that many seconds after 02:00 of the day of the incident.
pub fn stamp(seconds: i64) -> String {
    let at = 2 * 3600 + seconds;
    let (hours, minutes, seconds) = (at / 3600, at / 60 % 60, at % 60);
    format!("2026-04-04T{hours:02}:{minutes:02}:{seconds:02}.000Z")
}
