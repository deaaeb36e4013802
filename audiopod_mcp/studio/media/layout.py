"""How the files of a take lie in its folder, for the engine that writes them and for all who read them."""

MASTER = "audio.flac"
"""The master of a take, in its folder."""
SCORE = "score.json"
"""The score of a take, beside its master, where the music was composed here."""
STEMS = "stems"
"""The folder of the stems, ``{track}.flac`` each, beside the master, where there are any."""
