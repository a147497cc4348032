//! Where the engine meets the world: sockets, TLS, files. Each file moves bytes and actions and decides nothing.
