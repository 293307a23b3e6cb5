//! Components that know no shop nouns.

pub mod form;
pub mod proof;
