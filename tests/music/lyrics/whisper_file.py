"""Whisper models in the file format of whisper.cpp, small enough to be written by a test.

Nothing in them listens: every layer adds nothing, and the token that comes next follows from its place alone. So a
model says the words that it was made with, whatever it hears and as surely as it was told to: the worst that a
recogniser can do, through the real code that loads and runs one.
"""

import struct

import numpy as np

STATE, HEADS, LAYERS = 64, 1, 1
VOCABULARY = 51_865
"""Tokens of a model of many languages."""
END, FIRST_LANGUAGE, TRANSCRIBE, TIMES = 50_257, 50_259, 50_359, 50_364
LANGUAGES = {"en": 0, "zh": 1, "de": 2, "es": 3}


def write_model(path, lines, *, language="en", sure=0.95):
    """A model that hears ``lines`` in everything: (start, end, text), seconds within half a minute.

    ``sure`` is how probable each token is.
    """
    words = [" " + word for _, _, text in lines for word in text.split()]
    table = ["!", " ", " -", " '", *dict.fromkeys(words)]  # which whisper.cpp looks up
    ids = {word: number for number, word in enumerate(table)}
    said = []
    for start, end, text in lines:
        said += [
            TIMES + round(start / 0.02),
            *(ids[" " + word] for word in text.split()),
            TIMES + round(end / 0.02),
        ]
    # What is predicted at each place: the language after the start, then what is said after the prompt of three.
    following = [FIRST_LANGUAGE + LANGUAGES[language], TRANSCRIBE, *said, END]
    dice = np.random.default_rng(7)
    tokens = dice.standard_normal((VOCABULARY, STATE)).astype(np.float32)
    tokens -= tokens.mean(axis=1, keepdims=True)
    tokens /= np.sqrt((tokens**2).mean(axis=1, keepdims=True))
    places = np.zeros((448, STATE), np.float32)
    places[: len(following)] = 50 * tokens[following]
    places[len(following) :] = 50 * tokens[END]
    with path.open("wb") as file:
        hyper = (VOCABULARY, 1500, STATE, HEADS, LAYERS, 448, STATE, HEADS, LAYERS, 80, 1)
        file.write(struct.pack("<12i", 0x67676D6C, *hyper))
        file.write(struct.pack("<2i", 80, 201) + np.full((80, 201), 1 / 201, "<f4").tobytes())
        file.write(struct.pack("<i", len(table)))
        for word in table:
            file.write(struct.pack("<i", len(word.encode())) + word.encode())
        for name, values, half in _tensors(tokens, places, sure):
            values = np.asarray(values, "<f2" if half else "<f4")
            file.write(struct.pack("<3i", values.ndim, len(name), int(half)))
            file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)))
            file.write(name.encode() + values.tobytes())
    return path


def _tensors(tokens, places, sure):
    """Name, values, and whether they are of half precision, of all weights."""

    def norm(name, scale=1.0):
        yield f"{name}.weight", np.full(STATE, scale), False
        yield f"{name}.bias", np.zeros(STATE), False

    def linear(name, inputs, outputs, bias=True):
        yield f"{name}.weight", np.zeros((outputs, inputs)), True
        if bias:
            yield f"{name}.bias", np.zeros(outputs), False

    def attention(name):
        yield from norm(f"{name}_ln")
        for part in ("query", "key", "value", "out"):
            yield from linear(f"{name}.{part}", STATE, STATE, part != "key")

    def feed_forward(name):
        yield from norm(f"{name}.mlp_ln")
        yield from linear(f"{name}.mlp.0", STATE, 4 * STATE)
        yield from linear(f"{name}.mlp.2", 4 * STATE, STATE)

    yield "encoder.positional_embedding", np.zeros((1500, STATE)), False
    for name, inputs in (("conv1", 80), ("conv2", STATE)):
        yield f"encoder.{name}.weight", np.zeros((STATE, inputs, 3)), True
        yield f"encoder.{name}.bias", np.zeros((STATE, 1)), False
    yield from norm("encoder.ln_post")
    for layer in range(LAYERS):
        yield from attention(f"encoder.blocks.{layer}.attn")
        yield from feed_forward(f"encoder.blocks.{layer}")
    yield "decoder.positional_embedding", places, False
    yield "decoder.token_embedding.weight", tokens, True
    # The right token has STATE times this as its logit, all others nearly none.
    yield from norm("decoder.ln", np.log(sure / (1 - sure) * VOCABULARY) / STATE)
    for layer in range(LAYERS):
        yield from attention(f"decoder.blocks.{layer}.attn")
        yield from attention(f"decoder.blocks.{layer}.cross_attn")
        yield from feed_forward(f"decoder.blocks.{layer}")
