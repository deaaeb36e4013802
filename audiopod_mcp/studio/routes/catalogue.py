"""The endpoints that tell what there is: presets, the model, an example, and what it all costs (nothing)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from audiopod_mcp import __version__
from audiopod_mcp.operations import API_PREFIX, Arguments
from audiopod_mcp.operations.vocabulary import FORMATS, GENRE_PRESETS, TRACKS
from audiopod_mcp.studio.jobs.inspection import describe_engines

from .http import InvalidFields, body_of, owner_of, studio_of, validation_details

WALLET: Final = "/api/v1/api-wallet"
_FREE: Final = "This studio runs on its owner's machine and charges nothing."

_PRESETS: Final = {
    "Modern Pop": "bright modern pop, catchy hooks, polished drums, warm synths, 112 bpm",
    "Rock": "driving rock, distorted guitars, live drums, punchy bass, 128 bpm",
    "Hip Hop": "hip hop, boom bap drums, deep bass, mellow keys, 90 bpm",
    "Jazz": "swinging jazz, upright bass, brushed drums, piano, 120 bpm",
    "Classical": "classical ensemble, strings, woodwinds, expressive dynamics",
    "Electronic": "electronic dance, four-on-the-floor kick, pulsing synths, 124 bpm",
    "Country": "country, acoustic guitar, steady drums, warm bass, 104 bpm",
    "Folk": "intimate folk, fingerpicked acoustic guitar, soft strings, 96 bpm",
    "Blues": "slow blues, electric guitar, organ, shuffle drums, 84 bpm",
    "Reggae": "laid-back reggae, offbeat guitar, round bass, 76 bpm",
    "Latin": "latin, syncopated percussion, brass, nylon guitar, 100 bpm",
    "R&B": "smooth r&b, electric piano, deep bass, crisp drums, 88 bpm",
    "Metal": "heavy metal, fast distorted guitars, double kick drums, 160 bpm",
    "Custom": "",
}
"""What each preset stands for, in words that a caption could have."""


class Estimate(Arguments):
    """What a price is asked for."""

    service_type: Annotated[str, Field(min_length=1, max_length=64)]
    """Kind of work"""
    duration_seconds: Annotated[float, Field(ge=0, le=86_400)]
    """Length of the audio, seconds"""


def routes() -> list[Route]:
    return [
        Route("/health", health),
        Route(f"{API_PREFIX}/presets", presets),
        Route(f"{API_PREFIX}/model/status", model_status),
        Route(f"{API_PREFIX}/sample-data", sample_data),
        Route(f"{API_PREFIX}/v3/availability", score_first),
        Route(f"{WALLET}/balance", balance),
        Route(f"{WALLET}/pricing", pricing),
        Route(f"{WALLET}/estimate", estimate, methods=["POST"]),
        Route(f"{WALLET}/check-balance", check_balance, methods=["POST"]),
    ]


async def health(request: Request) -> Response:
    """Whether the studio runs; needs no key and tells nobody's business."""
    return JSONResponse({"status": "ok", "version": __version__, "engine": studio_of(request).config.engine})


async def presets(request: Request) -> Response:
    owner_of(request)
    return JSONResponse({"genre_presets": {name: _PRESETS.get(name, "") for name in GENRE_PRESETS}})


async def model_status(request: Request) -> Response:
    owner_of(request)
    config = studio_of(request).config
    state = request.app.state
    if not hasattr(state, "engines"):  # none is installed or removed while we run
        state.engines = await describe_engines(config.engine)
    engines = [
        {"name": name, "package": package, "version": version, "tasks": list(tasks), "error": error}
        for name, package, version, tasks, _, error in state.engines
    ]
    return JSONResponse(
        {
            "status": "ready",
            "engine": config.engine,
            "engines": engines,
            "version": __version__,
            "workers": config.workers,
            "formats": list(FORMATS),
            "tracks": list(TRACKS),
        }
    )


async def sample_data(request: Request) -> Response:
    owner_of(request)
    return JSONResponse(
        {
            "caption": "warm acoustic folk, fingerpicked guitar, gentle drums, 96 bpm, D Major",
            "lyrics": "[Verse]\nMorning on the water\nLight across the bay\n\n"
            "[Chorus]\nCarry me over\nCarry me away",
            "query": "a quiet song for a rainy evening",
            "audio_duration": 30,
            "genre_preset": "Folk",
        }
    )


async def score_first(request: Request) -> Response:
    """Whether songs can be had as an editable score first, AudioPod's version 3: not here."""
    owner_of(request)
    return JSONResponse({"available": False, "revise": False})


async def balance(request: Request) -> Response:
    owner_of(request)
    names = ("balance", "total_topup", "total_spent")
    amounts: dict[str, Any] = {f"{name}_cents": 0 for name in names}
    amounts |= {f"{name}_usd": "0.00" for name in names}
    return JSONResponse({**amounts, "low_balance_warning": False, "is_free": True, "message": _FREE})


async def pricing(request: Request) -> Response:
    owner_of(request)
    services = {name: {"rate_per_minute": 0.0} for name in ("music_generation", "stem_extraction")}
    return JSONResponse({"services": services, "currency": "USD", "is_free": True, "message": _FREE})


async def estimate(request: Request) -> Response:
    return JSONResponse(await _estimate(request))


async def check_balance(request: Request) -> Response:
    told = await _estimate(request)
    return JSONResponse({**told, "can_proceed": True, "current_balance_cents": 0})


async def _estimate(request: Request) -> dict[str, Any]:
    owner_of(request)
    body = await body_of(request)
    try:
        asked = Estimate.model_validate({k: v for k, v in body.items() if k in Estimate.model_fields})
    except ValidationError as error:
        raise InvalidFields(validation_details(error, Estimate, "body")) from None
    return {
        **asked.model_dump(),
        "duration_minutes": round(asked.duration_seconds / 60, 2),
        "cost_cents": 0,
        "cost_usd": 0.0,
        "is_free": True,
    }
