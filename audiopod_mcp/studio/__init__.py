"""AudioPod's music API, served by ourselves: jobs, media, workers and the engines below them."""
