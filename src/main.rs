//! 燕赵 on the command line.
fn main() {}
