"""HEAD over a connection: the server sends no body, and the next request is answered."""

import httpx

from tests.http.live import Live


def test_a_connection_goes_on_after_head(live: Live) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{live.port}", timeout=5) as http:
        for path in ("/healthz", "/openapi.json", "/docs/files/swagger-ui.css", "/v1/worklist"):
            head, got = http.head(path), http.get(path)

            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers["content-length"] == str(len(got.content))
        options = http.options("/v1/clients")
        assert (options.status_code, options.headers["allow"]) == (204, "OPTIONS, POST")
        assert http.get("/healthz").status_code == 200
