"""Taking a recording apart into stems, and putting it together with other levels."""
