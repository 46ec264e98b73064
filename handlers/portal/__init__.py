"""The customer's pages: ask, follow, talk, pay. Plain HTML that works without a script."""

from fastapi import APIRouter

from bot.desk import Desk
from handlers.portal import ask, follow, photos, start, talk
from handlers.portal.pages import static_files


def create_router(desk: Desk) -> APIRouter:
    """The routes below /returns."""
    router = APIRouter(prefix="/returns", include_in_schema=False)
    for part in (photos, talk, start, ask, follow):
        part.add_routes(router, desk)
    static_files(router)
    return router
