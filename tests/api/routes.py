"""Every route of the API, so that a new one cannot escape what is tested of all."""

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from service.api.app import ROUTERS
from service.api.dependencies import get_caller
from service.api.routers.recording import events_router

ROUTES = [route for router in (events_router, *ROUTERS) for route in router.routes if isinstance(route, APIRoute)]


def named(route: APIRoute) -> str:
    """Such as GET /v1/clients/{client_id}/events."""
    return f"{method(route)} {route.path}"


def method(route: APIRoute) -> str:
    """Its one method."""
    return next(iter(route.methods or ()))


def needs_a_key(route: APIRoute) -> bool:
    """Whether it, or what it depends on, asks who calls."""
    return _asks_who_calls(route.dependant)


def _asks_who_calls(dependant: Dependant) -> bool:
    return dependant.call is get_caller or any(map(_asks_who_calls, dependant.dependencies))
