#!/bin/sh
# The studio without MCP: start it with `audiopod-mcp studio`, then run this.
# Needs curl and jq.
set -eu
api=${1:-http://127.0.0.1:8770}/api/v1/music

job=$(curl -fsS "$api/prompt2instrumental" -H 'Content-Type: application/json' \
  -d '{"prompt": "bossa nova, nylon guitar, 120 BPM", "audio_duration": 15, "format": "mp3"}' | jq .job.id)

while status=$(curl -fsS "$api/jobs/$job/status") && [ "$(echo "$status" | jq -r .status)" != COMPLETED ]; do
  echo "$status" | jq -r '"\(.status) \(.progress // 0) %"'
  [ "$(echo "$status" | jq -r .status)" != FAILED ] || { echo "$status" | jq -r .error_message; exit 1; }
  sleep 0.5
done

curl -fsS "$(echo "$status" | jq -r .output_url)" -o "job-$job.mp3"
curl -fsS "$api/analyze" -H 'Content-Type: application/json' \
  -d "{\"audio_url\": \"audiopod://jobs/$job\"}" | jq '{caption, bpm, keyscale, timesignature, duration}'
echo "job-$job.mp3"
