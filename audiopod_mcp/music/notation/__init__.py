"""Scores as files that other programs open: standard MIDI, MusicXML and ChordPro."""
