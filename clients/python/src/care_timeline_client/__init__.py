"""A typed client of care-timeline's REST API.

`rest` is generated from the API's description: `rest.models` has a class for everything that is sent and answered,
`rest.api` a module for each operation. This package adds what a description cannot say: requests that are sent again
where that is safe, ids of events that are made once, the import of history, and problems as exceptions.
"""

from care_timeline_client.answers import ProblemError, answer_of
from care_timeline_client.connection import Patience, connect
from care_timeline_client.importing import import_history, import_history_async
from care_timeline_client.recording import create_client, create_client_async, record, record_async

__all__ = [
    "Patience",
    "ProblemError",
    "answer_of",
    "connect",
    "create_client",
    "create_client_async",
    "import_history",
    "import_history_async",
    "record",
    "record_async",
]
