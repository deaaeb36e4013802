"""A store of an earlier version is taken over as it is; one of a later version is left alone."""

import sqlite3

import pytest

from audiopod_mcp.studio.jobs.shared_file import SharedFile
from audiopod_mcp.studio.jobs.store import Store

VERSION_1 = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, task TEXT NOT NULL, params TEXT NOT NULL,
    sources TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'PENDING', progress REAL NOT NULL DEFAULT 0, stage TEXT,
    engine TEXT NOT NULL, claimed_by TEXT, crashes INTEGER NOT NULL DEFAULT 0, token TEXT NOT NULL,
    format TEXT NOT NULL, display_name TEXT, caption TEXT, song_type TEXT, language TEXT, genre TEXT,
    thumbnail_url TEXT, liked INTEGER NOT NULL DEFAULT 0, idempotency_key TEXT, fingerprint TEXT NOT NULL,
    created_at TEXT NOT NULL, started_at TEXT, completed_at TEXT, duration REAL,
    takes TEXT NOT NULL DEFAULT '[]', lrc TEXT, quality REAL, notes TEXT NOT NULL DEFAULT '[]',
    details TEXT NOT NULL DEFAULT '{}', error TEXT
);
CREATE TABLE analyses (id TEXT PRIMARY KEY, owner TEXT NOT NULL, created_at TEXT NOT NULL, result TEXT NOT NULL);
INSERT INTO jobs (owner, task, params, sources, status, engine, token, format, fingerprint, created_at,
    liked, duration, takes, lrc, notes)
    VALUES ('', 'cover', '{"lyrics": "la"}', '{}', 'COMPLETED', 'local', 't', 'mp3', 'f',
    '2026-01-01T00:00:00.000Z', 1, 12.5, '[{"name": "take-1", "seed": 7}]', '[00:01.00]la', '["A note."]');
PRAGMA user_version = 1;
"""


def written(path, script):
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


def test_jobs_of_the_first_version_are_all_there(tmp_path):
    written(tmp_path / "studio.db", VERSION_1)
    for _ in range(2):  # when it is opened again there is nothing left to do
        store = Store(SharedFile(tmp_path / "studio.db"))
        job = store.job(1)
        assert (job.audio_duration, job.lrc_content, job.liked) == (12.5, "[00:01.00]la", True)
        assert (job.takes[0]["seed"], job.notes, job.params) == (7, ["A note."], {"lyrics": "la"})
        store.update(1, {"error_message": "none", "quality_score": 0.5})
        assert store.job(1).quality_score == 0.5
        store.close()


def test_a_column_that_is_missing_is_added(tmp_path):
    """A field that a job gets later needs no more than its declaration."""
    Store(SharedFile(tmp_path / "studio.db")).close()
    written(tmp_path / "studio.db", "ALTER TABLE jobs DROP COLUMN thumbnail_url")
    store = Store(SharedFile(tmp_path / "studio.db"))
    values = {"owner": "", "task": "x", "params": {}, "sources": {}, "engine": "e", "format": "flac"}
    job, _ = store.create({**values, "fingerprint": "f", "thumbnail_url": "http://x/y.png"})
    assert store.job(job.id).thumbnail_url == "http://x/y.png"
    store.close()


def test_a_store_of_a_later_version_is_not_touched(tmp_path):
    written(tmp_path / "studio.db", "PRAGMA user_version = 99")
    with pytest.raises(sqlite3.DatabaseError, match="newer version"):
        Store(SharedFile(tmp_path / "studio.db"))
    connection = sqlite3.connect(tmp_path / "studio.db")
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
