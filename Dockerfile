# The MCP server over streamable HTTP, at port 8765: docker run -p 127.0.0.1:8765:8765 -v audiopod:/data audiopod-mcp
# Whoever reaches the port may use the studio, or the key that is given: publish it on loopback, or put a proxy with
# TLS and authentication in front and name it:
# docker run … audiopod-mcp --allowed-host music.example.org --public-url https://music.example.org
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY audiopod_mcp ./audiopod_mcp
RUN python -m venv /opt/audiopod && /opt/audiopod/bin/pip install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 audiopod && install --directory --owner=audiopod /data /data/output
COPY --from=build /opt/audiopod /opt/audiopod
ENV PATH=/opt/audiopod/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AUDIOPOD_DATA_DIR=/data \
    AUDIOPOD_OUTPUT_DIR=/data/output
USER audiopod
WORKDIR /data
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8765/health', timeout=4)"]
ENTRYPOINT ["audiopod-mcp", "serve", "--transport", "http", "--host", "0.0.0.0", "--allow-public"]
