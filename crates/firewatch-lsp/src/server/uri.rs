//! Addresses of files as the protocol writes them.

use std::path::{Path, PathBuf};

/// Returns the path of an address; `None` if it is not one of a file on this machine.
#[must_use]
pub fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if !path.starts_with('/') {
        return None;
    }
    let path = decoded(path)?;
    // `/c:/x` is `c:/x` on Windows.
    let is_drive = path.as_bytes().get(2) == Some(&b':');
    let path = if cfg!(windows) && is_drive {
        &path[1..]
    } else {
        &path
    };
    (!path.contains('\0')).then(|| PathBuf::from(path))
}

/// Returns the address of a file.
#[must_use]
pub fn uri_of(path: &Path) -> String {
    let path = path
        .to_string_lossy()
        .replace('\\', if cfg!(windows) { "/" } else { "\\" });
    let mut uri = String::from("file://");
    if !path.starts_with('/') {
        uri.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            plain.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            plain.push(byte);
        }
    }
    String::from_utf8(plain).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_from_their_addresses() {
        for path in ["/a/b.ron", "/with space/ü%20#?.ron", "/🔥/x\"y.ron"] {
            assert_eq!(
                path_of(&uri_of(Path::new(path))).as_deref(),
                Some(Path::new(path))
            );
        }
        let path = |uri: &str| path_of(uri);
        assert_eq!(path("file://localhost/a%2Fb"), Some("/a/b".into()));
        assert_eq!(path("file:///a%3Ab"), Some("/a:b".into()));
        for other in [
            "untitled:Untitled-1",
            "file://host/a",
            "file:///a%",
            "file:///a%zz",
            "file:///%ff",
            "file:///%00",
            "http://a/b",
        ] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
