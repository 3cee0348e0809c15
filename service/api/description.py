"""What the API's description says before the operations."""

from typing import Final

TITLE: Final = "care-timeline"
VERSION: Final = "1.0"

TAGS: Final = [
    {"name": "Recording", "description": "Creating clients and recording what happened."},
    {"name": "Reading", "description": "The record, and what is made of it, now or at any earlier moment."},
    {"name": "Auditing", "description": "What was known when, who read it, and what each event changed."},
    {"name": "Lists", "description": "What waits, and how things stand, over all clients of your organization."},
    {"name": "Analytics", "description": "Rows of all clients for analysts, without anybody's name."},
    {"name": "Vocabulary", "description": "Coded terms, and the types of events with their JSON Schemas."},
    {"name": "Following", "description": "What is recorded in your organization, in order, as it is recorded."},
    {"name": "Webhooks", "description": "Having another system told that events were recorded."},
    {"name": "Proofs", "description": "Checkpoints, tiles and proofs: that nothing in the log was changed."},
    {"name": "Problems", "description": "What errors mean."},
    {"name": "Health", "description": "For those who run the service."},
]

DESCRIPTION: Final = """\
The history of care of people in recovery, as a log of events that never change. Plans, milestones and reviews
are made of that log, and can be asked for now or as they were at any earlier moment.

## Words

**Client** is the person in care. An **event** is something that happened to them or with them; all events of one
client are their **timeline**. A **lapse** is a return to use: an event that care learns from. It takes nothing away
from what was reached before. **Postvention**, here, is the review after a crisis: what worked, what did
not, and how the care plan changes. (Elsewhere the word means support after a suicide; that is not meant.)

Please write about people as people: a client *with a substance use disorder*, who *returned to use*, whose test
was *positive* or *negative*.

## Keys and tokens

Send `Authorization: Bearer` and an API key, or an access token (OAuth 2.0) of an issuer that whoever runs the service
trusts. Either belongs to one organization and sees that organization's clients only; another's look as if they did not
exist. The caller's role and name stand as `recorded_by` in every event that they record, and as `actor_id` an id that
stays: the key's, whose secret may be replaced, or that of the token's subject. Callers may do what their role may, as
far as the scopes of key or token allow it: docs/permissions.md has the table. `security` names what each operation asks
for, such as `CarePlan.r`; each event asks for its strand's, such as `Medication.c`, and each correction for that of the
entry, such as `Medication.u`. Importing the history of many clients asks for `Import.c` as well.

A key or token that is not good is answered 401, and `detail` says why; where tokens are taken, `WWW-Authenticate` says
who makes them (RFC 9728). After too many of them from one address the
answer is 429, with `Retry-After`; keys and tokens that are right and in use work on meanwhile.

Counseling notes are kept apart from the rest of the record (42 CFR 2.11): the timeline shows that there is one. Only
keys of the role that wrote it correct it and read it, at `/v1/clients/{client_id}/counseling-notes`.

## Why you read, and who did

Every read about a client leaves a record before it is answered: who read what, at which version, why, when and by which
request; a list leaves one that names the clients on its page. Where that cannot be kept, the answer is 503
`access-not-recorded`. Say why with `Purpose-Of-Use`, a code of HL7's such as `TREAT`; without it, it is what your
key was made for, or what your role reads for (`HOPERAT` for auditors, else `TREAT`). For `HLEGAL` a court order or
the client's consent to just that has to be recorded. The scope `audit` allows to ask who read about a client.

## Versions, and recording without overwriting

A timeline's `version` counts its events: 1, 2, 3 … Every answer about a client carries it as `ETag`, such as `"7"`;
what is made of the timeline, or of the timelines of several clients who were merged, adds a digest of the answer, such
as `"7.9f86d081884c7d65"`. Send either back as `If-Match`
with what you record, and it is recorded only if nothing else was meanwhile; else the answer is 412 with the version at
which the timeline stands. With `If-None-Match`, reads answer 304 where the same question still has the same answer.

## Sending again is safe

Every event has an id. The same id with the same content is recorded once, however often it is sent, and answered
like the first time (200 instead of 201). The same id with other content is refused (409). Choose the ids yourself,
or send an `Idempotency-Key` and let them be derived from it. After a timeout or a 5xx, send the same again.

## Two times

`occurred_at` is when something happened; `recorded_at` is when this service learned of it. Care is documented late
and corrected, so every read can be asked about both: `as_of` (what had happened by then) and `known_at` (what had been
recorded by then). A late event changes what is known about the past; it never changes what was known at the time.

Nothing is overwritten or deleted. `entry_corrected` gives an earlier event the content or time that is right,
`entry_retracted` marks it as entered in error, and both leave the original to be read.

Moments are written as in RFC 3339 with a zone: `2026-03-01T15:00:00Z` or `2026-03-01T09:00:00-06:00`. In a query a `+`
has to be written as `%2B`.

## Reading on, and not again

Pages have a header `Link` (RFC 8288) with the addresses of the `first`, the `prev` and the `next` one. Every GET but
those of health, of the feed and of access records has an `ETag`: send it back as `If-None-Match`, and 304 says that the
answer is the same. Reads of a client know of everything that was acknowledged; lists take a `position` to wait for.
HEAD answers what GET would, without its body; OPTIONS tells in `Allow` what a path understands.

## How much, and for how long

`RateLimit` says how many requests a key may still send (`r`), `RateLimit-Policy` how many at once (`q`) and in how many
seconds so many come again (`w`). Past that the answer is 429, and after 30 seconds (unless whoever runs the service
sets something else) 503; both tell in `Retry-After` when to send the same again.

## Errors

Every error is `application/problem+json` (RFC 9457). Its `type` is an address that explains it, `errors` names the
fields concerned, the rule each of them breaks, and what to do instead. Problems never quote what was sent. Where a page
is answered, such as the crisis card, they are pages too, unless the service stops, took too long or failed. JSON
is read strictly: unknown fields, fields given twice, NaN, and datetimes without a zone are refused, at most 1 MB is
read, and nothing is recorded then. `X-Request-Id` comes back as you send it, or is made up, and stands in the service's
log.
"""
