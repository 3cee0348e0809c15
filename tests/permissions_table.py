"""`python -m tests.permissions_table` writes the table of docs/permissions.md anew from the one in the code."""

from pathlib import Path

from service.access.permissions import ROLES, STRANDS, Resource
from service.access.roles import KeyRole

PAGE = Path(__file__).parents[1] / "docs" / "permissions.md"
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->"

READ = {
    Resource.TIMELINE: "the timeline and each of its events",
    Resource.FEED: "the feed of all that is recorded: `s` which events, `r` what they say",
    Resource.CARE_PLAN: "what is made of the timeline: plan, milestones, reviews, outcomes, signals, summary, crisis"
    " card; and the lists of clients",
    Resource.IMPORT: "history of many clients, from a file; each event asks for its strand's letter besides",
    Resource.COUNSELING_NOTE: "the notes of the own role",
    Resource.AUDIT_EVENT: "who read about the client, and why",
    Resource.UNUSUAL_ACCESS: "reads that ask to be looked into; `c` takes note of them",
    Resource.REPLAY: "what each event changed, and what was known then beside what is known now",
    Resource.EXPORT: "the record as one file, what is said in it sealed",
    Resource.EXPORT_KEY: "the same with the keys that open it",
    Resource.ANALYTICS: "the views: coded rows of all clients, under pseudonyms",
    Resource.CHECKPOINT: "checkpoints, tiles and proofs of the log, and clients' signed heads; `c` keeps cosignatures"
    " of witnesses",
    Resource.WEBHOOK: "which other systems are told of what is recorded; `c` also changes, tries and deletes them",
}
"""What is read of a resource, or done with it as a whole."""


def table() -> str:
    """The table, in Markdown."""
    head = f"| resource | {' | '.join(KeyRole)} | is about |\n|---|{'---|' * len(KeyRole)}---|\n"
    return head + "".join(map(_row, Resource))


def _row(resource: Resource) -> str:
    kinds = ", ".join(f"`{kind}`" for kind, strand in STRANDS.items() if strand is resource)
    about = "; ".join(each for each in (READ.get(resource), kinds) if each)
    letters = (f"`{ROLES[role][resource]}`" if resource in ROLES[role] else "" for role in KeyRole)
    return f"| `{resource}` | {' | '.join(letters)} | {about} |\n"


def page() -> str:
    """The page with the table that is right."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
