"""The local engine: pure functions on sample arrays. No I/O, no HTTP, no globals."""
