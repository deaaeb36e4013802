"""Prompts: a wish turned into the right sequence of tools."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer

from audiopod_mcp.operations import (
    Analyze,
    Cover,
    Edit,
    Extend,
    GenerateLrc,
    GenerateMusic,
    Reference,
    Repaint,
    Retake,
)


def add_prompts(server: MCPServer) -> None:
    """Register all prompts with ``server``; an argument's name says what completes it."""

    @server.prompt(title="Make a song")
    def make_song(about: str, style: str = "", language: str = "") -> str:
        """Write lyrics and make a song of them"""
        return (
            f"Make a song about: {about}.\n"
            f"{f'Style: {style}. ' if style else ''}{f'Sing in {language}. ' if language else ''}\n"
            "First write short lyrics with [Verse] and [Chorus] tags, which may say who plays ([Verse 2: add "
            "strings], [Outro: piano only]), and show them to me. Then call "
            f"{GenerateMusic.tool} with mode text2music, a caption that names genre, mood, tempo and "
            "instruments, the lyrics and generate_lrc true. Tell me how it came out and offer a retake or "
            "an edit."
        )

    @server.prompt(title="Cover in another style")
    def cover_in_style(audio: str, style: str) -> str:
        """Play a song again in another style"""
        return (
            f"Cover {audio} as {style}.\n"
            f"Call {Analyze.tool} on it first, to keep tempo and key in mind. Then call {Cover.tool} with a "
            "caption that describes the target style and its instruments, with audio_cover_strength 0.7; "
            "lower means freer. Compare both in a sentence."
        )

    @server.prompt(title="Fix a section")
    def fix_section(job_id: str, problem: str) -> str:
        """Regenerate the part of a track that is wrong"""
        return (
            f"In job {job_id} this is wrong: {problem}.\n"
            f"Find the seconds it concerns ({Analyze.tool} of audiopod://jobs/{job_id} tells the sections; "
            f"ask me when in doubt), then call {Repaint.tool} with source_job_id, that window and a caption "
            "for what should be there."
        )

    @server.prompt(title="Karaoke")
    def karaoke(job_id: str) -> str:
        """Instrumental and timed lyrics of a finished song"""
        return (
            f"Prepare karaoke of job {job_id}: call {GenerateLrc.tool} for the timed lyrics, and "
            f"{Edit.tool} with the edit 'remove' on 'vocals' for the backing. Give me both."
        )

    @server.prompt(title="Make it longer")
    def make_longer(job_id: str, seconds: str = "30") -> str:
        """Continue a track, with a proper ending"""
        return (
            f"Extend job {job_id} by {seconds} seconds at its end with {Extend.tool}: keep its energy, then "
            "end it properly. At most 60 seconds go into one call; chain calls for more."
        )

    @server.prompt(title="Best of several takes")
    def best_take(job_id: str) -> str:
        """Make three variations and compare them"""
        return (
            f"Make three variations of job {job_id} with {Retake.tool}: retake_variance 0.3, 0.6 and 0.9. "
            "Analyze each, tell me how they differ and which fits the original wish best."
        )

    @server.prompt(title="Describe a track")
    def describe_track(audio: str) -> str:
        """Tempo, key, form and character of a recording"""
        return (
            f"Call {Analyze.tool} on {audio} and describe the track as a producer would: tempo, key, metre, "
            "form with times, loudness and character. Say what could not be told."
        )

    @server.prompt(title="Match a reference")
    def match_reference(audio: str, about: str) -> str:
        """New music with the sound of a recording"""
        return (
            f"Make new music about: {about}, with the sound of {audio}.\n"
            f"Call {Analyze.tool} on the recording first and tell me its tempo, key and character. Then call "
            f"{Reference.tool} with a caption for the new music; set bpm and keyscale only if I want "
            "those kept too."
        )

    @server.prompt(title="Album of variations")
    def album_of_variations(audio: str, styles: str = "") -> str:
        """One song in several styles, titled and in order"""
        return (
            f"Make an album of variations on {audio}.\n"
            f"{f'Styles: {styles}. ' if styles else 'Propose four contrasting styles and let me choose. '}"
            f"Call {Cover.tool} once per style, one after the other, each with a display_name that fits, and "
            "say what it costs before the first if the service charges. Then list them in the order you "
            "would put them on a record, and why."
        )
