"""Composed pieces of many kinds, for whoever writes them down."""

from functools import cache

from audiopod_mcp.music.captions.parse import read_caption
from audiopod_mcp.music.composition import compose

LYRICS = "[Verse]\nWalking down the empty avenue\nNobody's around\n[Chorus]\nWe are the ones"
CAPTIONS = {
    "sung jazz": ("jazz ballad in Bb major, 96 bpm, piano, upright bass, brushed drums", LYRICS),
    "pop": ("pop song in F# minor, 128 bpm", LYRICS),
    "waltz": ("slow waltz in 3/4, A minor, 90 bpm, strings and harp", None),
    "jig": ("celtic jig in 6/8, D major, whistle", None),
    "odd": ("progressive rock in 7/8, E minor, 150 bpm", None),
    "five": ("jazz in 5/4, D dorian, 170 bpm", None),
    "techno": ("techno, 132 bpm, acid synth", None),
    "drums": ("drums only, funk, 100 bpm", None),
}


@cache
def piece(name):
    caption, lyrics = CAPTIONS[name]
    return compose(read_caption(caption, lyrics=lyrics, duration=24, instrumental=lyrics is None), seed=5)
