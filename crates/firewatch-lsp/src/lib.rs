//! A language server for Firewatch's scenarios, runbooks and files of actions.
//!
//! [`language`] says what stands where in a text, [`analysis`] what is to be said about it; neither knows the protocol.
//! [`server`] speaks it: [`server::serve_stdio`] is `firewatch lsp`.

pub mod analysis;
pub mod language;
pub mod server;
pub mod text;
