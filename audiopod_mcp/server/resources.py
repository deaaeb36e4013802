"""Jobs, their audio, lyrics and pictures, and analyses, as MCP resources."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import anyio
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.types import Annotations, Resource, ResourceTemplate
from pydantic import ValidationError

from audiopod_mcp.api import AudioPodError, NotFound
from audiopod_mcp.api.bounds import LINKS, LINKS_BY_NAME
from audiopod_mcp.disk import describe_full, is_full
from audiopod_mcp.operations import Analyze, GenerateLrc, Job, JobQuery, KeptResult, Section
from audiopod_mcp.operations.vocabulary import MIME_TYPES, NOTATION_TYPES, Notation
from audiopod_mcp.pictures import Picture, draw
from audiopod_mcp.worker_pool import WorkerDied

from . import player
from .caller import current_caller
from .results import default_format, shown_links, that_fit
from .service import Service

PAGE = 50
LARGEST_LIST = 1_000_000
"""Characters of the list of jobs."""
SMALLER = ("ogg", "mp3")
"""What audio is sent as, if its own format is too large for the transport and none was asked for."""

JOBS = Resource(
    uri="audiopod://jobs",
    name="jobs",
    title="Recent jobs",
    description="The most recent jobs, newest first",
    mime_type="application/json",
)

TEMPLATES = [
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}",
        name="job",
        title="Job",
        description="One job: status, links, seeds, notes",
        mime_type="application/json",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/audio",
        name="job-audio",
        title="Audio of a job",
        description="The audio in the job's own format",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/audio/{format}",
        name="job-audio-format",
        title="Audio of a job in one format",
        description="flac, wav, mp3 or ogg; further takes as flac_2, mp3_3 …",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/stems/{track}",
        name="job-stem",
        title="Stem of a job",
        description="One track of a composed piece, or of a set made by separate_stems",
        mime_type=MIME_TYPES["flac"],
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/lyrics",
        name="job-lyrics",
        title="Timed lyrics of a job",
        description="LRC",
        mime_type="text/plain",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/lyrics/words",
        name="job-lyrics-words",
        title="Timed lyrics of a job, word by word",
        description="LRC with a time before every word where it is known",
        mime_type="text/plain",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/midi",
        name="job-midi",
        title="Notes of a job as MIDI",
        description="A standard MIDI file, aligned to the audio: as composed or, of a recording, as heard",
        mime_type=NOTATION_TYPES["midi"],
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/score",
        name="job-score",
        title="Score of a job",
        description="MusicXML with parts, chords, words and sections",
        mime_type=NOTATION_TYPES["score"],
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/chords",
        name="job-chords",
        title="Chord sheet of a job",
        description="ChordPro: chords over the words, and bars of chords",
        mime_type=NOTATION_TYPES["chords"],
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/waveform",
        name="job-waveform",
        title="Waveform of a job",
        description="A picture of peaks and loudness over time, with the parts of the music where known",
        mime_type="image/png",
    ),
    ResourceTemplate(
        uri_template="audiopod://jobs/{job_id}/spectrogram",
        name="job-spectrogram",
        title="Spectrogram of a job",
        description="A picture of frequencies (mel scale) and loudness over time, with the parts where known",
        mime_type="image/png",
    ),
    ResourceTemplate(
        uri_template="audiopod://analyses/{analysis_id}",
        name="analysis",
        title="Analysis",
        description="Everything that was measured, with beats, chords and sections where known",
        mime_type="application/json",
    ),
]


async def list_page(service: Service, cursor: str | None) -> tuple[list[Resource], str | None]:
    """One page of finished jobs as resources, newest first, and the cursor of the next page.

    Raises:
        ResourceError: where the service does not answer, or the cursor is not ours.

    """
    if cursor is not None and not re.fullmatch(r"\d{1,9}", cursor):
        raise ResourceError(f"cursor: {cursor[:40]!r} was not given out by this server")
    skip = int(cursor or 0)
    try:
        page = await service.client.jobs(JobQuery(skip=skip, limit=PAGE, status="COMPLETED"))
    except AudioPodError as error:
        raise ResourceError(str(error)) from error
    jobs = [
        Resource(
            uri=f"audiopod://jobs/{job.id}/audio",
            name=f"job-{job.id}-audio",
            title=job.title,
            description=f"{job.task or 'music'}, {job.audio_duration or 0:.0f} s",
            mime_type=MIME_TYPES.get(default_format(job), "application/octet-stream"),
            annotations=Annotations(audience=["user"], last_modified=job.completed_at),
        )
        for job in page.jobs
        if job.audio_urls
    ]
    more = len(page.jobs) == PAGE and (page.total is None or skip + PAGE < page.total)
    return ([JOBS] if skip == 0 else []) + jobs, str(skip + PAGE) if more else None


async def read(service: Service, uri: str) -> ReadResourceContents:
    """The contents of one resource.

    Raises:
        ResourceNotFoundError: where there is no such thing, or it is not the caller's.
        ResourceError: where it can't be had.

    """
    for pattern, reader in ROUTES:
        if match := pattern.fullmatch(uri):
            try:
                return await reader(service, *match.groups())
            except NotFound as error:
                raise ResourceNotFoundError(str(error)) from error
            except AudioPodError as error:
                raise ResourceError(str(error)) from error
    raise ResourceNotFoundError(
        f"no resource {uri[:120]!r}; there are audiopod://jobs, audiopod://jobs/ID, …/audio, …/audio/FORMAT, "
        "…/stems/TRACK, "
        "…/lyrics, …/midi, …/score, …/chords, …/waveform, …/spectrogram and audiopod://analyses/ID"
    )


async def _jobs(service: Service) -> ReadResourceContents:
    page = await service.client.jobs(JobQuery(limit=PAGE))
    jobs = that_fit([_job_fields(service, job) for job in page.jobs], LARGEST_LIST)
    left_out = {"left_out": len(page.jobs) - len(jobs)} if len(jobs) < len(page.jobs) else {}
    return _json({"jobs": jobs, "total": page.total, **left_out})


async def _job(service: Service, job_id: str) -> ReadResourceContents:
    return _json(_job_fields(service, await service.client.job(int(job_id))))


async def _audio(service: Service, job_id: str, format: str | None = None) -> ReadResourceContents:  # noqa: A002
    job = _finished(await service.client.job(int(job_id)))
    names = [format] if format else [default_format(job), *SMALLER]
    if names[0] not in job.audio_urls:
        raise ResourceNotFoundError(
            f"job {job_id} has no audio {names[0]!r}; it has {', '.join(sorted(job.audio_urls))}"
        )
    most = current_caller().largest_blob
    for name in names:
        if (url := job.audio_urls.get(name)) is not None:
            audio = await _bytes(service, url, most)
            if audio is not None:
                kind = MIME_TYPES.get(name.partition("_")[0], "application/octet-stream")
                return ReadResourceContents(content=audio, mime_type=kind)
    raise ResourceError(
        f"the audio of job {job_id} is larger than the {most / 1e6:.1f} MB that one answer may carry here; "
        f"fetch {shown_links(job)[default_format(job)]} instead, or use save_audio"
    )


async def _stem(service: Service, job_id: str, track: str) -> ReadResourceContents:
    job = await service.client.job(int(job_id))
    url = (job.stem_urls or {}).get(track)
    if url is None:
        there = ", ".join(sorted(job.stem_urls or ())) or "none; separate_stems makes them"
        raise ResourceNotFoundError(f"job {job_id} has no stem {track!r}; it has {there}")
    most = current_caller().largest_blob
    audio = await _bytes(service, url, most)
    if audio is None:
        raise ResourceError(
            f"{track} of job {job_id} is larger than the {most / 1e6:.1f} MB that one answer may carry here; "
            "use save_audio with format stems"
        )
    return ReadResourceContents(content=audio, mime_type=MIME_TYPES["flac"])


async def _bytes(service: Service, url: str, most: int) -> bytes | None:
    """The file at ``url``, or ``None`` if it has more than ``most`` bytes."""
    audio = bytearray()
    async with service.client.stream(url) as media:
        if media.size is not None and media.size > most:
            return None
        async for chunk in media.chunks():
            audio += chunk
            if len(audio) > most:
                return None
    return bytes(audio)


async def _lyrics(service: Service, job_id: str) -> ReadResourceContents:
    job = await service.client.job(int(job_id))
    if not job.lrc_content:
        raise ResourceNotFoundError(
            f"job {job_id} has no timed lyrics yet; make them with {GenerateLrc.tool}"
        )
    return ReadResourceContents(content=job.lrc_content, mime_type="text/plain")


async def _timed_words(service: Service, job_id: str) -> ReadResourceContents:
    await _lyrics(service, job_id)  # Nothing is made here that is not there yet.
    timed = await service.client.perform(GenerateLrc(job_id=int(job_id), words=True))
    return ReadResourceContents(content=getattr(timed, "lrc_content", ""), mime_type="text/plain")


async def _notation(service: Service, job_id: str, notation: Notation) -> ReadResourceContents:
    job = _finished(await service.client.job(int(job_id)))
    data = await service.client.notation(job, notation)
    if data is None:
        raise ResourceNotFoundError(
            f"job {job_id} has no {notation}: this service does not write its music down; "
            "the embedded studio does"
        )
    kind = NOTATION_TYPES[notation]
    return ReadResourceContents(content=data if notation == "midi" else data.decode(), mime_type=kind)


async def _waveform(service: Service, job_id: str) -> ReadResourceContents:
    return await _picture_of(service, job_id, "waveform")


async def _spectrogram(service: Service, job_id: str) -> ReadResourceContents:
    return await _picture_of(service, job_id, "spectrogram")


async def _picture_of(service: Service, job_id: str, kind: Picture) -> ReadResourceContents:
    picture = await draw_job(service, await service.client.job(int(job_id)), kind)
    return ReadResourceContents(content=picture, mime_type="image/png")


async def draw_job(service: Service, job: Job, kind: Picture) -> bytes:
    """A PNG of the first take of ``job``, with the parts of the music where they are known.

    Raises:
        ResourceError: where it has no audio, or none that can be read.

    """
    _finished(job)
    # Lossless formats decode fastest; any of them draws the same picture.
    name, url = min(
        job.audio_urls.items(), key=lambda item: ("_" in item[0], ["flac", "wav"].count(item[0]) == 0)
    )
    try:
        if path := (job.files or {}).get(name):
            return await service.drawers.run(draw, kind, path, _sections_of(job), end_cancelled=True)
        # A worker that was ended a moment ago may still hold the file, which Windows then does not delete.
        with TemporaryDirectory(prefix="audiopod-", ignore_cleanup_errors=True) as folder:
            file = Path(folder) / f"audio.{name.partition('_')[0]}"
            async with await anyio.open_file(file, "wb") as sink:
                async for chunk in service.client.download(url):
                    await sink.write(chunk)
            return await service.drawers.run(draw, kind, str(file), _sections_of(job), end_cancelled=True)
    except WorkerDied:
        raise ResourceError(f"the process that drew the {kind} died, perhaps for want of memory") from None
    except ValueError as error:
        raise ResourceError(str(error)) from error
    except OSError as error:
        what = describe_full(Path(gettempdir()), error) if is_full(error) else str(error.strerror or error)
        raise ResourceError(f"the audio could not be brought here to be drawn: {what}") from error


def _sections_of(job: Job) -> list[tuple[float, float, str]]:
    """The parts of the music as composed, or as heard when the studio analyzed it; none where unknown."""
    try:
        sections = [Section.model_validate(part) for part in (job.details or {}).get("sections") or ()]
    except (ValidationError, TypeError):
        sections = []
    return [(part.start, part.end, part.label) for part in sections]


async def _player(_: Service) -> ReadResourceContents:
    return player.page()


async def _analysis(service: Service, analysis_id: str) -> ReadResourceContents:
    analysis: KeptResult | None = service.recall(analysis_id)
    if analysis is None and service.embedded:
        analysis = await service.client.analysis(analysis_id)
    if analysis is None:
        raise ResourceNotFoundError(f"no analysis {analysis_id!r} is remembered; run {Analyze.tool} again")
    return _json(analysis.model_dump(mode="json", exclude_none=True))


def _finished(job: Job) -> Job:
    if job.status != "COMPLETED" or not job.audio_urls:
        raise ResourceNotFoundError(f"job {job.id} is {job.status.lower()} and has no audio")
    return job


def _job_fields(service: Service, job: Job) -> dict[str, object]:
    """What a job is told with, every link one that leads somewhere: to a file where there is one."""
    links = {name: service.openable(url) for name in LINKS if (url := getattr(job, name, None))}
    by_name = {
        name: {key: shown for key, url in urls.items() if (shown := service.openable(url))} or None
        for name in LINKS_BY_NAME
        if (urls := getattr(job, name))
    }
    if job.files:
        files = {name: Path(path).as_uri() for name, path in job.files.items()}
        links["output_url"], by_name["output_urls"] = files.get(default_format(job)), files
    fields = job.model_copy(update=links | by_name).model_dump(mode="json", exclude_none=True)
    return fields | ({"stems": sorted(job.stem_urls)} if job.stem_urls and not by_name["stem_urls"] else {})


def _json(value: object) -> ReadResourceContents:
    return ReadResourceContents(
        content=json.dumps(value, ensure_ascii=False, separators=(",", ":")), mime_type="application/json"
    )


Reader = Callable[..., Awaitable[ReadResourceContents]]

ROUTES: list[tuple[re.Pattern[str], Reader]] = [
    (re.compile(r"audiopod://jobs/?"), _jobs),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})"), _job),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/audio"), _audio),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/audio/([a-z0-9]+(?:_\d)?)"), _audio),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/stems/([a-z_]{1,40})"), _stem),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/lyrics"), _lyrics),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/lyrics/words"), _timed_words),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/(midi|score|chords)"), _notation),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/waveform"), _waveform),
    (re.compile(r"audiopod://jobs/([1-9]\d{0,17})/spectrogram"), _spectrogram),
    (re.compile(r"audiopod://analyses/([\w-]{1,64})"), _analysis),
    (re.compile(re.escape(player.URI)), _player),
]
