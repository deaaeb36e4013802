"""The configuration that the environment gives."""

import os
import sys
from pathlib import Path

import pytest

from audiopod_mcp.settings import CLOUD_URL, Settings, SettingsError


@pytest.mark.parametrize(
    "text", ["", "  ", "${user_config.api_key}", "$AUDIOPOD_API_KEY", "%AUDIOPOD_API_KEY%", "${env:KEY}"]
)
def test_what_a_host_did_not_fill_in_counts_as_unset(text):
    settings = Settings.from_environment({"AUDIOPOD_API_KEY": text, "AUDIOPOD_MAX_WAIT": text})
    assert settings.api_key is None
    assert settings.service_url is None
    assert settings.max_wait == 45


def test_a_key_means_the_cloud_and_a_url_means_that_service():
    assert Settings.from_environment({"AUDIOPOD_API_KEY": "ap_x"}).service_url == CLOUD_URL
    chosen = {"AUDIOPOD_API_KEY": "ap_x", "AUDIOPOD_BASE_URL": "http://studio:8770/"}
    assert Settings.from_environment(chosen).service_url == "http://studio:8770"


def test_secrets_do_not_show():
    secrets = {"AUDIOPOD_WEBHOOK_SECRET": "whsec_s3cret_0123456789", "ACESTEP_API_KEY": "s3cret"}
    settings = Settings.from_environment({"AUDIOPOD_API_KEY": "ap_secret", **secrets})
    assert "secret" not in repr(settings)
    assert "s3cret" not in repr(settings)


_HOMES = pytest.mark.skipif(sys.platform == "win32", reason="Windows guesses where others' folders are")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUDIOPOD_MAX_WAIT", "soon"),
        ("AUDIOPOD_MAX_WAIT", "0"),
        ("AUDIOPOD_BASE_URL", "studio:8770"),
        ("AUDIOPOD_DATABASE_URL", "mysql://user:secret@host/jobs"),
        ("AUDIOPOD_DATABASE_URL", "studio.db"),
        ("AUDIOPOD_MEDIA_URL", "https://bucket.example"),
        ("AUDIOPOD_MEDIA_URL", "s3"),
        ("AUDIOPOD_AUTO_SAVE", "sometimes"),
        ("AUDIOPOD_WEBHOOK_SECRET", "guess"),
        ("AUDIOPOD_WEBHOOK_SECRET", "whsec_0123456789abcdef,x"),
        ("AUDIOPOD_CACHE_MB", "much"),
        ("AUDIOPOD_CACHE_MB", "-1"),
        ("AUDIOPOD_CACHE_MB", "9" * 5000),
        ("AUDIOPOD_MAX_WAIT", "nan"),
        ("AUDIOPOD_KEEP_DAYS", "0"),
        ("AUDIOPOD_KEEP_GB", "inf"),
        ("AUDIOPOD_CONFIRM_ABOVE", "-1"),
        pytest.param("AUDIOPOD_DATA_DIR", "~nobody-of-that-name/music", marks=_HOMES),
        pytest.param("AUDIOPOD_ALLOWED_DIRS", "~nobody-of-that-name/music", marks=_HOMES),
        ("AUDIOPOD_ALLOW_PRIVATE_URLS", "maybe"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_readable_folders_are_never_the_whole_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert tmp_path not in Settings.from_environment({}).readable_folders()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    folders = Settings.from_environment({}).readable_folders()
    assert tmp_path / "project" in folders
    assert len(folders) == len({*folders})


def test_listed_folders_replace_the_usual_ones(tmp_path):
    listed = os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")])
    settings = Settings.from_environment(
        {"AUDIOPOD_ALLOWED_DIRS": listed, "AUDIOPOD_DATA_DIR": str(tmp_path)}
    )
    assert settings.readable_folders()[:2] == (tmp_path / "a", tmp_path / "b")
    assert Path.cwd() not in settings.readable_folders()


def test_how_much_is_kept_of_what_was_heard():
    assert Settings.from_environment({"AUDIOPOD_CACHE_MB": "250"}).cache_mb == 250
    assert Settings.from_environment({"AUDIOPOD_CACHE_MB": "0"}).cache_mb == 0
    assert Settings.from_environment({}).cache_mb > 100
