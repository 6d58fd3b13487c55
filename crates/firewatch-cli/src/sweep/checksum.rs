//! Checksums of what a sweep's rows follow from, and of each line of rows.

use std::io::{self, BufRead, Read};

use twox_hash::{XxHash3_64, XxHash3_128};

use super::played::Played;
use crate::failure::Failure;

/// Longest line that is read, bytes: several times what a heading or a row takes.
const MAX_LINE_BYTES: u64 = 4096;
/// Between a row and its checksum; JSON has none outside of texts, and escapes those within.
const SEPARATOR: u8 = b'\t';

/// A checksum of texts, as 32 hexadecimal digits. Where one text ends and the next begins counts.
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    format!("{:032x}", XxHash3_128::oneshot(&bytes))
}

/// A line: the text, a tab, a checksum of it and the seed as 16 hexadecimal digits.
pub fn with_checksum(text: Vec<u8>, seed: u64) -> Vec<u8> {
    let checksum = checksum(&text, seed);
    let mut line = text;
    line.push(SEPARATOR);
    line.extend(checksum.bytes());
    line.push(b'\n');
    line
}

/// The text of such a line; `None` if it is not as it was written.
pub fn without_checksum(line: &[u8], seed: u64) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n")?;
    let separator = line.iter().rposition(|&byte| byte == SEPARATOR)?;
    let (text, given) = (&line[..separator], &line[separator + 1..]);
    (checksum(text, seed).as_bytes() == given).then_some(text)
}

fn checksum(text: &[u8], seed: u64) -> String {
    format!("{:016x}", XxHash3_64::oneshot_with_seed(seed, text))
}

/// Writes and reads the lines of a sweep's rows: each ends in a checksum of the row and the heading, so
/// that a changed row, and one of another sweep, are noticed.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    heading: u64,
}

impl Lines {
    /// Lines below that heading.
    pub fn below(heading: &[u8]) -> Self {
        let heading = XxHash3_64::oneshot(heading);
        Self { heading }
    }

    /// The runs as lines: `[number, {...}]`, a tab, the checksum.
    pub fn write(self, first: u64, played: &[Played]) -> Result<Vec<u8>, Failure> {
        let mut lines = Vec::new();
        for run in (first..).zip(played) {
            lines.extend(with_checksum(serde_json::to_vec(&run)?, self.heading));
        }
        Ok(lines)
    }

    /// What came of a run; `None` if the line is not what was written for it.
    pub fn read(self, line: &[u8], expected: u64) -> Option<Played> {
        let row = without_checksum(line, self.heading)?;
        let (run, played): (u64, Played) = serde_json::from_slice(row).ok()?;
        (run == expected).then_some(played)
    }
}

/// Reads a line with its end. One that is too long is cut off, and so has no end; neither has the last, if
/// it was not written whole.
pub fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    line.clear();
    let mut reader = reader.take(MAX_LINE_BYTES);
    reader.read_until(b'\n', line).map(|_| ())
}

/// Whether a line was cut off because it is too long.
pub fn is_too_long(line: &[u8]) -> bool {
    line.len() as u64 >= MAX_LINE_BYTES && !line.ends_with(b"\n")
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_tells_texts_apart() {
        let digests = [
            digest([]),
            digest([""]),
            digest(["", ""]),
            digest(["ab", "c"]),
            digest(["a", "bc"]),
            digest(["abc"]),
        ];
        for (index, one) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(one), "{index}");
        }
    }
}
