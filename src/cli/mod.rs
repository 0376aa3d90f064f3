//! temp
pub mod demo;
