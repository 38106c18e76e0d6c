"""One file per command of `sereno`. Each exposes `command`; heavy imports wait until it is called."""
