//! What is said about a file: its problems, what can be completed, what a name means, and what comes of it when it is
//! played. Nothing here knows the protocol: places are bytes of a text.

pub mod about;
pub mod check;
pub mod complete;
pub mod file;
pub mod hover;
pub mod layout;
pub mod names;
pub mod outcome;
pub mod vocabulary;
