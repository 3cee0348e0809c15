"""What anybody may learn of the issuers of tokens (RFC 9728)."""

import pytest

from service.access.protected_resource import protected_resource
from tests.access.issuing import AUDIENCE, ISSUER, Json, issuer


def test_the_metadata_of_a_service_below_a_path_stands_between_host_and_path() -> None:
    found = protected_resource([issuer(audience="https://care.example.org:8443/api/")])

    assert found
    assert found.path == "/.well-known/oauth-protected-resource/api"
    assert found.metadata_address == "https://care.example.org:8443/.well-known/oauth-protected-resource/api"
    assert found.metadata["resource"] == "https://care.example.org:8443/api/"


@pytest.mark.parametrize(
    "said",
    [
        [],
        [{"audience": "care-timeline"}],
        [{"audience": "http://care.example.org"}],
        [{"audience": "https://care.example.org/?of=clinic"}],
        [{"audience": 'https://care.example.org/"'}],
        [{}, {"audience": "https://other.example.org", "issuer": "https://other"}],
        [{"announced": False}],
    ],
)
def test_nothing_is_told_that_a_client_could_not_use_or_may_not_know(said: list[Json]) -> None:
    assert protected_resource([issuer(**each) for each in said]) is None


def test_an_issuer_that_is_not_announced_is_left_out() -> None:
    found = protected_resource([issuer(), issuer(issuer="https://other", audience="other", announced=False)])

    assert found == (AUDIENCE, (ISSUER,))
