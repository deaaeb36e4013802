"""The judge itself: a program for the environment in which ``musicnn`` is, which knows nothing of this project.

``PYTHON tagging.py NETWORK FILE …`` prints one line of JSON: the labels of the network, and for every file the
probability of each, the mean over windows of 3 s. ``NETWORK`` is one of musicnn's names, such as
``MTT_musicnn``.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import musicnn
import tensorflow
from musicnn import configuration, models
from musicnn.extractor import batch_data

FRAMES = 188
"""Of 3 s, as ``musicnn.extractor`` has it: frames of 256 samples at 16 kHz."""


def main(network: str, files: list[str]) -> None:
    labels = configuration.MTT_LABELS if "MTT" in network else configuration.MSD_LABELS
    tf = tensorflow.compat.v1
    x, training = tf.placeholder(tf.float32, [None, FRAMES, configuration.N_MELS]), tf.placeholder(tf.bool)
    outputs = models.define_model(x, training, network, len(labels))
    probabilities = tf.nn.sigmoid(outputs[0])
    config = tf.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    with tf.Session(config=config) as session:
        tf.train.Saver().restore(session, f"{Path(musicnn.__file__).parent / network}/")
        found = []
        for file in files:
            windows, _ = batch_data(file, FRAMES, FRAMES)
            fed = {x: windows, training: False}
            found.append(session.run(probabilities, fed).mean(axis=0).tolist())
    print(json.dumps({"labels": labels, "files": found}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
