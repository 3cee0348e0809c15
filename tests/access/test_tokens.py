"""Access tokens: which are believed, who calls with them, and that a token has no say in how it is checked."""

import hmac
import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import pytest
import pytest_asyncio

from service.access.caller import KeyRole
from service.access.errors import NotAuthenticated, RoleMissing
from service.access.permissions import PERMISSIONS
from service.access.tokens import LEEWAY_SECONDS, MOST_CHARACTERS, Tokens, open_tokens, subject_id
from tests.access.issuing import (
    AUDIENCE,
    ISSUER,
    KEYS,
    ORGANIZATION,
    Net,
    at,
    claims,
    handmade,
    issuer,
    pem,
    private_keys,
    public_jwk,
    token,
)

EVIL = "https://evil.example/keys"

EVERYTHING = PERMISSIONS[KeyRole.COUNSELOR]


@pytest.fixture
def net() -> Net:
    return Net()


@pytest_asyncio.fixture(loop_scope="session")
async def tokens(net: Net) -> AsyncIterator[Tokens]:
    async with open_tokens([issuer()], net.transport) as tokens:
        yield tokens


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_says_who_calls(tokens: Tokens, algorithm: str) -> None:
    caller, expires = await tokens.authenticate(token(claims(sub="ana@clinic.example"), algorithm=algorithm))

    assert (caller.organization_id, caller.role) == (ORGANIZATION, KeyRole.COUNSELOR)
    assert caller.actor == (subject_id(ISSUER, "ana@clinic.example"), "counselor/ana-clinic.example")
    assert caller.credential_id == algorithm
    assert expires > time.time()


async def test_a_subject_who_is_known_here_already_stays_the_person_they_were(net: Net) -> None:
    ana = UUID("0b9d6f7e-5f0c-4a3e-9d1f-3c2b1a0e9d8c")
    trusted = issuer(people={"user-1": ana, "app": ana}, roles={"Counselor": KeyRole.COUNSELOR, "App": KeyRole.SYSTEM})
    async with open_tokens([trusted], net.transport) as tokens:
        caller, _ = await tokens.authenticate(token())
        other, _ = await tokens.authenticate(token(claims(sub="user-2")))
        app, _ = await tokens.authenticate(token(claims(sub="app", roles="App", scope="system/CheckIn.c")))

    assert caller.subject_id == ana
    assert other.subject_id == subject_id(ISSUER, "user-2")
    assert app.subject_id == subject_id(ISSUER, "app"), "a system is no person"


def test_a_subject_has_one_id_for_ever_and_shares_it_with_nobody() -> None:
    assert subject_id(ISSUER, "user-1") == UUID("1273b911-6fd8-59cb-9e7f-a207045e01bc")
    others = {subject_id(ISSUER, "user-2"), subject_id(ISSUER + "user", "-1"), subject_id("", ISSUER + "user-1")}
    assert len(others | {subject_id(ISSUER, "user-1")}) == 4


HEADER = {"alg": "EdDSA", "typ": "at+jwt", "kid": "EdDSA"}


def hmac_with_the_public_key(algorithm: str) -> str:
    """What a library takes for good that lets the token choose the algorithm."""
    return handmade(
        {**HEADER, "alg": "HS256", "kid": algorithm},
        claims(),
        lambda signed: hmac.digest(pem(algorithm), signed, "sha256"),
    )


def with_claims_of(other: dict[str, object]) -> str:
    """A token whose claims were exchanged after it was signed."""
    header, _, signature = token().split(".")
    return ".".join([header, token(claims(**other)).split(".")[1], signature])


FORM = "no form that is known"
ALGORITHM = "does not sign with this algorithm"
SIGNATURE = "signature does not fit"
CLAIM = "one of its claims"
LACKS = "lacks one of the claims"
HEADERS = "never followed"

REFUSED: dict[str, tuple[str, Callable[[], str]]] = {
    "alg none": (ALGORITHM, lambda: handmade({**HEADER, "alg": "none"}, claims(), lambda _: b"")),
    "alg None": (ALGORITHM, lambda: handmade({**HEADER, "alg": "None"}, claims(), lambda _: b"")),
    "no alg": (ALGORITHM, lambda: handmade({**HEADER, "alg": None}, claims())),
    "HMAC with the public key, RSA": (ALGORITHM, lambda: hmac_with_the_public_key("RS256")),
    "HMAC with the public key, EC": (ALGORITHM, lambda: hmac_with_the_public_key("ES256")),
    "another digest": (ALGORITHM, lambda: token(algorithm="RS512", key=private_keys()["RS256"])),
    "PSS with an RSA key": (ALGORITHM, lambda: token(algorithm="PS256", key=private_keys()["RS256"])),
    "an algorithm that is another key's": ("not for", lambda: token(algorithm="RS256", headers={"kid": "ES256"})),
    "somebody else's signature": (SIGNATURE, lambda: token(key=private_keys()["forged"])),
    "no signature": (SIGNATURE, lambda: handmade(HEADER, claims(), lambda _: b"")),
    "claims exchanged": (SIGNATURE, lambda: with_claims_of({"sub": "user-2"})),
    "another audience": ("another audience", lambda: token(claims(aud="https://other.example.org"))),
    "other audiences": ("another audience", lambda: token(claims(aud=["https://other", AUDIENCE + "/"]))),
    "no audience": (LACKS, lambda: token(claims(aud=None))),
    "audience of another kind": ("another audience", lambda: token(claims(aud={"a": 1}))),
    "an issuer that is not trusted": ("not trusted", lambda: token(claims(iss="https://evil.example"))),
    "an issuer with a slash more": ("not trusted", lambda: token(claims(iss=ISSUER + "/"))),
    "no issuer": ("not trusted", lambda: token(claims(iss=None))),
    "issuer of another kind": ("not trusted", lambda: handmade(HEADER, {**claims(), "iss": [ISSUER]})),
    "typ JWT": ("typ is not", lambda: token(headers={"typ": "JWT"})),
    "no typ": ("typ is not", lambda: token(headers={"typ": None})),
    "an ID token": ("typ is not", lambda: token(headers={"typ": "id+jwt"})),
    "typ of another kind": ("typ is not", lambda: handmade({**HEADER, "typ": 1}, claims())),
    "no exp": (LACKS, lambda: token(claims(exp=None))),
    "exp as text": ("no numbers", lambda: token(claims(exp=str(at(300))))),
    "exp as a list": (CLAIM, lambda: token(claims(exp=[at(300)]))),
    "exp without end": (CLAIM, lambda: token(claims(exp=float("inf")))),
    "expired": ("has expired", lambda: token(claims(iat=at(-600), exp=at(-LEEWAY_SECONDS - 1)))),
    "not yet valid": ("not valid yet", lambda: token(claims(nbf=at(LEEWAY_SECONDS + 60)))),
    "nbf of another kind": (CLAIM, lambda: token(claims(nbf="soon"))),
    "made in the future": ("not valid yet", lambda: token(claims(iat=at(LEEWAY_SECONDS + 60), exp=at(600)))),
    "no iat": (LACKS, lambda: token(claims(iat=None))),
    "good for a year": ("longer than is accepted", lambda: token(claims(exp=at(31_536_000)))),
    "expired before it was made": ("before it was made", lambda: token(claims(iat=at(20), exp=at(10)))),
    "no subject": (LACKS, lambda: token(claims(sub=None))),
    "an empty subject": ("its sub", lambda: token(claims(sub=""))),
    "a subject of another kind": (CLAIM, lambda: handmade(HEADER, {**claims(), "sub": 7})),
    "a very long subject": ("its sub", lambda: token(claims(sub="x" * 256))),
    "no kid": ("name its key", lambda: handmade({"alg": "EdDSA", "typ": "at+jwt"}, claims())),
    "a kid of another kind": (FORM, lambda: handmade({**HEADER, "kid": 7}, claims())),
    "an unknown kid": ("no such key", lambda: token(headers={"kid": "unknown"})),
    "a kid that is a path": ("no such key", lambda: token(headers={"kid": "../../../dev/null"})),
    "crit": (FORM, lambda: token(headers={"crit": ["exp"], "exp": 1})),
    "crit that PyJWT knows": (HEADERS, lambda: handmade({**HEADER, "crit": ["b64"], "b64": True}, claims())),
    "crit that is empty": (FORM, lambda: handmade({**HEADER, "crit": []}, claims())),
    "b64": (FORM, lambda: handmade({**HEADER, "crit": ["b64"], "b64": False}, claims())),
    "an embedded key": (HEADERS, lambda: token(key=private_keys()["forged"], headers={"jwk": public_jwk("forged")})),
    "an embedded key that is right": (HEADERS, lambda: token(headers={"jwk": public_jwk("EdDSA")})),
    "an embedded certificate": (HEADERS, lambda: token(key=private_keys()["forged"], headers={"x5c": ["MIIB"]})),
    "jku": (HEADERS, lambda: token(key=private_keys()["forged"], headers={"jku": EVIL})),
    "jku that is right": (HEADERS, lambda: token(headers={"jku": KEYS})),
    "x5u": (HEADERS, lambda: token(key=private_keys()["forged"], headers={"x5u": EVIL})),
    "an issuer that names its own keys": ("not trusted", lambda: token(claims(iss=EVIL), headers={"jku": EVIL})),
    "too long": (FORM, lambda: token(claims(more="x" * MOST_CHARACTERS))),
    "nothing": (FORM, lambda: ".."),
    "no base64": (FORM, lambda: "a.b.c"),
    "no JSON": (FORM, lambda: "YQ.YQ.YQ"),
    "a header that is a list": (FORM, lambda: handmade([], claims())),
    "claims that are a list": (FORM, lambda: handmade(HEADER, [])),
    "nested without end": (FORM, lambda: f"{'W1tb' * 1_500}.e30.YQ"),
    "letters of other scripts": (FORM, lambda: token() + "é"),
}


@pytest.mark.parametrize(("why", "made"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_refused_and_no_address_in_it_is_asked(
    tokens: Tokens, net: Net, why: str, made: Callable[[], str]
) -> None:
    with pytest.raises(NotAuthenticated, match=f"^This access token is not accepted: .*{why}"):
        await tokens.authenticate(made())

    assert set(net.asked) <= {KEYS}
    assert len(net.asked) <= 1


async def test_only_an_expired_token_that_was_right_is_not_taken_for_a_guess(tokens: Tokens) -> None:
    for made, guessed in [
        (token(claims(iat=at(-600), exp=at(-300))), False),
        (token(claims(iat=at(-600), exp=at(-300)), key=private_keys()["forged"]), True),
    ]:
        with pytest.raises(NotAuthenticated) as refused:
            await tokens.authenticate(made)
        assert refused.value.guessed is guessed


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({"roles": "Counselor"}, KeyRole.COUNSELOR),
        ({"roles": ["Counselor", "Lead"]}, KeyRole.SUPERVISOR),
        ({"roles": ["Janitor", "Reader"]}, KeyRole.AUDITOR),
    ],
)
async def test_the_first_role_that_is_known_counts(tokens: Tokens, said: dict[str, object], role: KeyRole) -> None:
    assert (await tokens.authenticate(token(claims(**said))))[0].role is role


@pytest.mark.parametrize("roles", [None, [], "counselor", ["Janitor"], {"Counselor": True}, 7, [["Counselor"]]])
async def test_a_good_token_without_a_role_is_told_so(tokens: Tokens, roles: object) -> None:
    with pytest.raises(RoleMissing, match="roles"):
        await tokens.authenticate(token(claims(roles=roles)))


async def test_roles_and_a_name_may_stand_in_claims_of_other_names(net: Net) -> None:
    known = issuer(role_claim=["realm_access", "roles"], name_claim="preferred_username")
    async with open_tokens([known], net.transport) as tokens:
        said = claims(realm_access={"roles": ["Lead"]}, preferred_username="Ana López\x1b[2J")
        caller, _ = await tokens.authenticate(token(said))

    assert caller.actor.name == "supervisor/ana-lopez-2j"


@pytest.mark.parametrize(
    ("said", "permissions"),
    [
        ({}, EVERYTHING),
        ({"scope": "openid profile"}, EVERYTHING),
        ({"scope": "openid user/CarePlan.r"}, {"CarePlan.r"}),
        ({"scp": ["user/CheckIn.c"]}, {"CheckIn.c"}),
        ({"scope": "user/CarePlan.r user/CheckIn.c", "roles": "Reader"}, {"CarePlan.r"}),
        ({"scope": "user/CheckIn.c", "roles": "Reader"}, set()),
        ({"scope": "system/*.cruds"}, set()),
        ({"scope": "user/CarePlan.read"}, set()),
        ({"scope": "openid user/CarePlan.rs?category=assess-plan"}, set()),
        ({"scope": "user/CarePlan.sr"}, set()),
        ({"scope": "patient/*.rs"}, set()),
        ({"scope": ""}, EVERYTHING),
        ({"scope": "openid", "scp": ["user/CheckIn.c"]}, {"CheckIn.c"}),
    ],
)
async def test_a_token_gives_what_its_scopes_give_to_the_role(
    tokens: Tokens, said: dict[str, object], permissions: set[str]
) -> None:
    assert (await tokens.authenticate(token(claims(**said))))[0].permissions == permissions


@pytest.mark.parametrize("name", ["scope", "scp"])
@pytest.mark.parametrize("said", [None, 7, True, {}, ["user/CheckIn.c", 7], [["user/CheckIn.c"]]], ids=repr)
async def test_a_scope_of_another_form_gives_nothing_at_all(tokens: Tokens, name: str, said: object) -> None:
    with pytest.raises(NotAuthenticated, match=f"its {name} is no text"):
        await tokens.authenticate(token(claims() | {name: said}))


async def test_a_token_of_a_system_without_scopes_of_ours_gives_nothing(net: Net) -> None:
    async with open_tokens([issuer(roles={"App": KeyRole.SYSTEM})], net.transport) as tokens:
        for scope, permissions in (("openid", set()), ("system/CheckIn.c", {"CheckIn.c"})):
            caller, _ = await tokens.authenticate(token(claims(roles="App", scope=scope)))
            assert caller.permissions == permissions


async def test_typ_is_compared_as_media_types_are(tokens: Tokens) -> None:
    assert await tokens.authenticate(token(headers={"typ": "application/AT+JWT"}))


async def test_an_algorithm_that_the_issuer_does_not_use_is_refused_though_its_keys_have_it(net: Net) -> None:
    async with open_tokens([issuer(algorithms=("ES256",))], net.transport) as tokens:
        assert await tokens.authenticate(token(algorithm="ES256"))
        with pytest.raises(NotAuthenticated):
            await tokens.authenticate(token(algorithm="RS256"))
