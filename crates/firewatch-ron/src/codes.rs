//! Codes of what can be wrong with any text.

crate::codes! {
    SYNTAX = "syntax": "The text is not valid RON or JSON.";
    UNREADABLE = "unreadable": "The file or folder can't be read.";
    NOT_UTF_8 = "not-utf-8": "The file is not UTF-8.";
    FILE_TOO_LARGE = "file-too-large": "The file has more bytes than a file may have.";
    NOT_SHOWN = "not-shown": "The file has more problems, of which only the number is told.";
}
