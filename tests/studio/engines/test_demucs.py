"""Stems by the user's own Demucs model, from the environment down to the worker process."""

from importlib.util import find_spec

import numpy as np
import pytest
import soundfile

from audiopod_mcp.api import watch
from audiopod_mcp.hosting import open_service
from audiopod_mcp.music.editing.edit import edit
from audiopod_mcp.music.model import Refused
from audiopod_mcp.operations import ExtractStem
from audiopod_mcp.settings import Settings
from audiopod_mcp.studio.engines.base import EngineRefused
from audiopod_mcp.studio.engines.demucs import find_models, separate_trained
from audiopod_mcp.studio.engines.stem_sets import stems_of
from audiopod_mcp.studio.engines.stems import separator_of, stem_of
from audiopod_mcp.studio.engines.takes import SourceTrack
from tests.music.synth import chords, stereo
from tests.test_doctor import examined

RATE = 22_050
SOURCES = ["drums", "bass", "other", "vocals", "guitar", "piano"]

with_demucs = pytest.mark.skipif(
    not (find_spec("torch") and find_spec("demucs")), reason="the extra audiopod-mcp[demucs] is not installed"
)
without_demucs = pytest.mark.skipif(
    bool(find_spec("torch") and find_spec("demucs")), reason="the extra audiopod-mcp[demucs] is installed"
)


@pytest.fixture(scope="module")
def music():
    return stereo(chords([(60, 4), (65, 4)], 1.0, RATE), 0.5)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder with a bag of one tiny model of six sources, its weights drawn at random, as Demucs saves them."""
    import torch
    from demucs.htdemucs import HTDemucs
    from demucs.states import get_state, save_with_checksum

    torch.manual_seed(3)
    sizes = {"channels": 8, "t_layers": 1, "segment": 1, "samplerate": RATE}
    model = HTDemucs(SOURCES, **sizes)
    folder = tmp_path_factory.mktemp("models")
    saved = {"klass": HTDemucs, "args": (SOURCES,), "kwargs": sizes, "state": get_state(model, None)}
    save_with_checksum(saved, folder / "deadbeef.th")
    (folder / "tiny_6s.yaml").write_text("models: ['deadbeef']\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def tensors(tmp_path_factory):
    """A folder with a bag of two tiny models as Demucs 4.1 downloads them, the second of which alone counts for bass."""
    import json

    import torch
    from demucs.htdemucs import HTDemucs
    from demucs.states import get_state
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("tensors")
    sizes = {"channels": 8, "t_layers": 1, "segment": 1, "samplerate": RATE}
    for number, signature in enumerate(("aaaa", "bbbb")):
        torch.manual_seed(number)
        state = get_state(HTDemucs(SOURCES, **sizes), None)
        described = {"args": json.dumps([SOURCES]), "kwargs": json.dumps(sizes)}
        save_file(
            state, folder / f"{signature}.safetensors", {"klass": "demucs.htdemucs.HTDemucs", **described}
        )
    weights = "weights: [[1,0,1,1,1,1], [1,1,1,1,1,1]]"
    (folder / "two.yaml").write_text(f"models: ['aaaa', 'bbbb']\n{weights}\n", "utf-8")
    return folder


def diagnosed(folder, models):
    """What the doctor finds of the stems, who makes no music where there is no data folder."""
    (folder / "file").write_text("")
    data = str(folder / "file" / "data")
    return examined(folder, AUDIOPOD_DEMUCS_MODELS=str(models), AUDIOPOD_DATA_DIR=data)[0]["stems"]


async def extracted(folder, models, track, music):
    """The job of a stem that a person asks for whose environment names ``models``."""
    (folder / "music").mkdir()
    soundfile.write(folder / "music" / "song.wav", music, RATE)
    settings = Settings.from_environment(
        {
            "AUDIOPOD_DATA_DIR": str(folder / "data"),
            "AUDIOPOD_ALLOWED_DIRS": str(folder / "music"),
            "AUDIOPOD_DEMUCS_MODELS": str(models),
        }
    )
    async with open_service(settings, same_machine=True) as (service, _):
        asked = ExtractStem(src_audio_url=str(folder / "music" / "song.wav"), track_name=track)
        job = await watch(service.client, await service.client.create(asked), max_wait=120)
        audio = next((folder / "data").glob("**/audio.flac"), None)
        return job, None if audio is None else soundfile.read(audio, dtype="float32")[0]


@with_demucs
@pytest.mark.anyio
async def test_a_keyboard_is_what_the_model_calls_a_piano(tmp_path, models, music):
    import torch
    from demucs.apply import apply_model
    from demucs.pretrained import get_model

    job, stem = await extracted(tmp_path, models, "keyboard", music)
    assert job.status == "COMPLETED", job.error_message
    assert "Demucs model tiny_6s" in " ".join(job.notes)
    middle = music.mean(axis=1)
    heard = torch.from_numpy(((music - middle.mean()) / middle.std()).T[None].copy())
    piano = (
        apply_model(get_model("tiny_6s", repo=models), heard, shifts=0)[0, SOURCES.index("piano")].numpy().T
    )
    assert stem.shape == music.shape
    assert np.abs(stem - np.clip(piano * middle.std(), -1, 1)).max() < 1e-3


@with_demucs
def test_models_as_demucs_4_1_downloads_them(tensors, tmp_path, music):
    both, name = separate_trained(music, RATE, "bass", tensors, lambda *_: None)
    assert name == "two"
    (tmp_path / "bbbb.safetensors").write_bytes((tensors / "bbbb.safetensors").read_bytes())
    second, name = separate_trained(music, RATE, "bass", tmp_path, lambda *_: None)
    assert name == "bbbb"
    assert np.abs(both).max() > 1e-4
    assert np.abs(both - second).max() < 1e-5


@with_demucs
def test_the_work_can_be_followed_and_stopped(tensors, music):
    told = []
    separate_trained(music, RATE, "drums", tensors, lambda done, doing: told.append((done, doing)))
    fractions = [done for done, doing in told if "separating" in doing]
    assert fractions == sorted(fractions)
    assert len(fractions) > 3
    assert fractions[-1] > 0.5

    def stop(done, doing):
        if done > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        separate_trained(music, RATE, "drums", tensors, stop)


@with_demucs
def test_any_rate_and_number_of_channels(models):
    rng = np.random.default_rng(1)
    for rate, channels, seconds in ((48_000, 1, 1.0), (8_000, 3, 0.5), (44_100, 2, 0.05)):
        audio = rng.standard_normal((round(rate * seconds), channels)).astype(np.float32) * 0.1
        stem, name = separate_trained(audio, rate, "bass", models, lambda *_: None)
        assert name == "tiny_6s"
        assert stem.shape == audio.shape
        assert stem.dtype == np.float32
        assert np.isfinite(stem).all()


@with_demucs
def test_what_no_model_knows_is_left_to_the_other_way(models, music):
    assert separate_trained(music, RATE, "strings", models, lambda *_: None) is None
    with pytest.raises(Refused, match="Strings can't be separated"):
        stem_of(music, RATE, "strings", models, lambda *_: None)


@with_demucs
@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "no Demucs model is in"),
        ({"a.yaml": b"models: ['f00d']"}, "needs f00d.safetensors"),
        ({"a.yaml": b"nothing"}, "does not say which models"),
        ({"f00d-12345678.th": b"not a model"}, "the Demucs model f00d .* can't be loaded: Invalid checksum"),
        ({"f00d.th": b"not a model"}, "the Demucs model f00d .* can't be loaded"),
    ],
)
def test_a_broken_folder_is_one_line(tmp_path, music, files, complaint):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(EngineRefused, match=f"AUDIOPOD_DEMUCS_MODELS: .*{complaint}") as refusal:
        separate_trained(music, RATE, "vocals", tmp_path, lambda *_: None)
    assert "\n" not in str(refusal.value)


@with_demucs
@pytest.mark.parametrize("channels", [1, 2])
def test_a_set_of_six_is_what_the_model_gives_track_by_track(models, music, channels):
    source = SourceTrack(music[:, :channels], RATE, "PCM_16", {}, None)
    found = stems_of(source, "six", models, lambda *_: None)
    assert set(found.stems) == {"vocals", "drums", "bass", "guitar", "piano", "other"}
    for name, track in (("piano", "keyboard"), ("guitar", "guitar"), ("vocals", "vocals")):
        alone, _ = separate_trained(source.audio, RATE, track, models, lambda *_: None)
        assert np.abs(found.stems[name] - alone).max() < 1e-5
    assert np.abs(sum(found.stems.values()) - found.audio).max() < 1e-5
    assert found.separator == "tiny_6s"


@with_demucs
def test_the_doctor_names_the_models(tmp_path, models):
    found = diagnosed(tmp_path, models)
    assert found["state"] == "ok"
    assert "tiny_6s" in found["found"]


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_folder_that_is_not_there_fails_the_job_with_its_variable(tmp_path, music):
    job, stem = await extracted(tmp_path, tmp_path / "gone", "vocals", music)
    assert job.status == "FAILED"
    assert "AUDIOPOD_DEMUCS_MODELS" in job.error_message
    assert stem is None
    found = diagnosed(tmp_path, tmp_path / "gone")
    assert found["state"] == "problem"
    assert found["fix"]


@without_demucs
def test_an_edit_wants_the_model_too(tmp_path, music):
    with pytest.raises(EngineRefused, match=r"install audiopod-mcp\[demucs\]"):
        edit(music, RATE, prompt="drums 6 dB louder", separator=separator_of(tmp_path))


@without_demucs
def test_without_the_extra_it_is_named(tmp_path):
    with pytest.raises(EngineRefused, match=r"install audiopod-mcp\[demucs\]"):
        find_models(tmp_path)


def test_only_what_a_model_could_do_is_refused_with_a_word_of_it(music):
    with pytest.raises(EngineRefused, match=r"guitar .*audiopod-mcp\[demucs\] and AUDIOPOD_DEMUCS_MODELS"):
        stem_of(music, RATE, "guitar", None, lambda *_: None)
    with pytest.raises(Refused) as refusal:
        stem_of(music, RATE, "brass", None, lambda *_: None)
    assert "demucs" not in str(refusal.value).lower()
