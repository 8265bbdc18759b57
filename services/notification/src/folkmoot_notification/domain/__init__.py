"""The rules of notification: pure, no I/O."""
