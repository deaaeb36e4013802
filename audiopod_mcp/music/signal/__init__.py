"""The tools of signal processing that everything else stands on."""
