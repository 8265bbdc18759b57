"""Other outside worlds of notification."""
