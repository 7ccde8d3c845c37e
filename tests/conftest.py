"""For every test: Ctrl-C reaches what a test starts, even where the tests run in the background (`make test &`)."""

import signal

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # so a shell starts what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)
