"""What a tagging network hears: which instrument plays alone, whether drums are drums, and of which genre a piece is.

``python -m tests.benchmarks.judge PYTHON [solos] [styles] [--styles NAME …] [--recordings FOLDER] [--networks musicnn] [--save FOLDER]``

``PYTHON`` is the interpreter of an environment that has ``musicnn`` (ISC, its weights in the wheel) and what it needs,
which is nothing that this project should depend on::

    python3.11 -m venv judge
    judge/bin/pip install 'tensorflow-cpu==2.12.*' 'librosa<0.11' 'numpy<1.24.4'
    judge/bin/pip install --no-deps musicnn==0.1.0

Its networks were trained on MagnaTagATune (MTT: instruments) and the Million Song Dataset (MSD: genres), in two
architectures each, musicnn and vgg, of which the second is for doubting the first: a change that only one of them
likes is none. Each tag has a probability of its own; they don't sum to one.

``solos`` plays three written phrases an instrument: the mean probability of its tag, and the tag's rank among those
that name what sounds, and among all fifty. ``styles`` composes and plays pieces of each style without singing: the
mean probability of the genre's tags. A folder of recordings, whose names begin with a style and a dash
(``funk-band.ogg``), says what real music gets. The music is the engine's, so two commits are compared by running
this in both.
"""
