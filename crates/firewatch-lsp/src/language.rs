//! What stands where in a file: tokens, the brackets around them, and what the language allows there. Nothing here
//! needs a file that can be read: each works on what is typed so far.

pub mod cursor;
pub mod lexer;
pub mod mention;
pub mod role;
pub mod schema;
pub mod walk;
