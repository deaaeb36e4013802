"""An ACE-Step 1.5 API server as its clients see it, with a toy for a model: tones for music, and its known traps.

Like the real one it accepts anything at submission, takes recordings as uploads only, re-synthesises what it
should have kept, answers failures with a status in a list in a string, and forgets jobs when it restarts.
"""

import io
import json
import threading
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

import numpy as np
import soundfile
import soxr
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

RATE = 48_000
TURBO = {
    "name": "acestep-v15-turbo",
    "is_default": True,
    "is_loaded": True,
    "supported_task_types": ["text2music", "cover", "repaint"],
}
BASE = {
    "name": "acestep-v15-base",
    "is_loaded": True,
    "supported_task_types": ["text2music", "cover", "repaint", "extract", "lego"],
}


@dataclass
class Toy:
    """The server's state. ``log`` has the fields and uploads of every generation, as ``(fields, audio)``."""

    key: str | None = None
    models: list = field(default_factory=lambda: [BASE, TURBO])
    language_model: bool = True
    service: str = "ACE-Step API"
    old: bool = False
    takes: float = 0.3
    log: list = field(default_factory=list)
    jobs: dict = field(default_factory=dict)
    refusals: int = 0
    """How many submissions find the queue full."""
    outage: int = 0
    """How many questions for a state are answered by a proxy instead."""

    def app(self):
        return Starlette(
            routes=[
                Route("/health", self.health),
                Route("/v1/model_inventory", self.inventory),
                Route("/release_task", self.submit, methods=["POST"]),
                Route("/query_result", self.query, methods=["POST"]),
                Route("/v1/audio", self.audio),
            ]
        )

    def stranger(self, request):
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return JSONResponse({"detail": "Invalid API key"}, 401)
        return None

    async def health(self, request):
        return wrapped({"status": "ok", "service": self.service, "version": "1.0"})

    async def inventory(self, request):
        if self.old:
            return JSONResponse({"detail": "Not Found"}, 404)
        told = {"models": self.models, "llm_initialized": self.language_model}
        return self.stranger(request) or wrapped(told)

    async def submit(self, request):
        if refusal := self.stranger(request):
            return refusal
        if self.refusals:
            self.refusals -= 1
            return JSONResponse({"detail": "Server busy: queue is full"}, 429)
        uploads = {}
        if request.headers["content-type"].startswith("multipart/"):
            fields = {}
            async with request.form() as form:
                for name, value in form.items():
                    if isinstance(value, str):
                        fields[name] = value
                    else:
                        assert value.filename.endswith(".flac")
                        uploads[name] = soundfile.read(io.BytesIO(await value.read()), always_2d=True)
        else:
            fields = await request.json()
        assert fields["audio_format"] == "flac" if "audio_format" in fields else True
        self.log.append((fields, uploads))
        task = str(uuid.uuid4())
        if "lost" not in str(fields.get("prompt")):
            self.jobs[task] = (time.monotonic(), fields, uploads)
        return wrapped({"task_id": task, "status": "queued", "queue_position": 1})

    async def query(self, request):
        if self.outage:
            self.outage -= 1
            return PlainTextResponse("bad gateway", 502)
        (task,) = (await request.json())["task_id_list"]
        if task not in self.jobs:
            return wrapped([{"task_id": task, "status": 0, "result": "[]", "progress_text": "other"}])
        began, fields, _ = self.jobs[task]
        age = time.monotonic() - began
        prompt = str(fields.get("prompt"))
        item = {
            "file": "",
            "status": 0,
            "progress": min(0.9, age / self.takes),
            "stage": "Generating music (batch size: 1)...",
        }
        if state := next((state for state in ("queued", "stuck") if state in prompt), None):
            item |= {"progress": 0.0, "stage": state}
        status = 0
        if age > self.takes:
            status = 2 if "fail" in prompt else 1
            item = self.failed() if status == 2 else self.done(task, fields)
        row = {
            "task_id": task,
            "status": status,
            "result": json.dumps([item]),
            "progress_text": "somebody else's",
        }
        return wrapped([row])

    def failed(self):
        error = 'Traceback (most recent call last):\n  File "/srv/secret/app.py"\nRuntimeError: CUDA out of memory in /srv/secret/app.py'
        return {"file": "", "status": 2, "progress": 0.0, "stage": "failed", "error": error}

    def done(self, task, fields):
        if "full_analysis_only" in fields:
            return {
                "status_message": "Full Hardware Analysis Success", "bpm": 61, "keyscale": "E minor", "prompt": "a sea shanty",
                "lyrics": "[Verse]\nheave ho", "language": "en", "metas": {}, "audio_paths": [], "audio_codes": "<|audio_code_1|>",
            }  # fmt: skip
        silent = "silent" in str(fields.get("prompt"))
        song = fields["task_type"] == "text2music"
        metas = {
            "bpm": fields.get("bpm", 97) if song else "N/A",
            "keyscale": fields.get("key_scale", "N/A"),
            "duration": "N/A",
        }
        return {
            "file": "" if silent else f"/v1/audio?path={quote(f'/srv/tmp/{task}.flac', safe='')}",
            "status": 1, "progress": 1.0, "stage": "succeeded", "metas": metas, "seed_value": fields["seed"],
        }  # fmt: skip

    async def audio(self, request):
        task = request.query_params["path"].removeprefix("/srv/tmp/").removesuffix(".flac")
        if refusal := self.stranger(request):
            return refusal
        _, fields, uploads = self.jobs[task]
        file = io.BytesIO()
        soundfile.write(file, made(fields, uploads), RATE, format="FLAC", subtype="PCM_24")
        return Response(file.getvalue(), media_type="audio/flac")


def made(fields, uploads):
    """What the toy plays: chords of sines that follow from words and seed, over what it was given."""
    number = int(sha256(f"{fields['prompt']} {fields['seed']}".encode()).hexdigest()[:8], 16)
    rng = np.random.default_rng(number)

    def music(seconds):
        time_ = np.arange(round(seconds * RATE)) / RATE
        tones = sum(
            0.1 * np.sin(2 * np.pi * hertz * time_) for hertz in 110 * 2 ** (rng.integers(0, 24, 3) / 12)
        )
        return np.stack((tones, tones), axis=1)

    if fields["task_type"] == "text2music":
        return music(float(fields.get("audio_duration", 12)))
    audio, rate = uploads["src_audio"]
    audio = soxr.resample(np.repeat(audio[:, :1], 2, axis=1), rate, RATE)
    kept = 0.97 * audio + 1e-3 * rng.standard_normal(audio.shape)  # never what it was
    if fields["task_type"] != "repaint":
        return kept + 0.3 * music(len(audio) / RATE)[: len(kept)]
    start, end = float(fields["repainting_start"]), float(fields["repainting_end"])
    length = len(audio) / RATE
    end = length if end <= 0 else end
    before, after = max(0.0, -start), max(0.0, end - length)
    whole = np.concatenate((np.zeros((round(before * RATE), 2)), kept, np.zeros((round(after * RATE), 2))))
    first, last = round((start + before) * RATE), round((end + before) * RATE)
    whole[first:last] = music((last - first) / RATE)[: last - first]
    return whole


def wrapped(data):
    return JSONResponse({"data": data, "code": 200, "error": None, "timestamp": 0, "extra": None})


@contextmanager
def acestep(**state):
    """The toy on a socket; gives it, with its ``url``."""
    toy = Toy(**state)
    server = uvicorn.Server(uvicorn.Config(toy.app(), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    toy.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield toy
    finally:
        server.should_exit = True
        thread.join(5)
