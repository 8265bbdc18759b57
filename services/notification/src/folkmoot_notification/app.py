"""The service: what it consumes, answers and does besides."""

from importlib.metadata import metadata

from fastapi import APIRouter, Depends
from folkmoot_chassis.service import Service
from folkmoot_events import ItemRetracted, ItemTagged

from folkmoot_notification.api.callers import recognising
from folkmoot_notification.api.deliveries import delivery_routes
from folkmoot_notification.api.inbox import inbox_routes
from folkmoot_notification.api.subscriptions import subscription_routes
from folkmoot_notification.api.webhooks import webhook_routes
from folkmoot_notification.settings import Settings
from folkmoot_notification.wiring import Parts, wire

NAME = "notification"


def build_app(settings: Settings) -> Service:
    """Return the service, assembled and not started."""
    about = metadata(f"folkmoot-{NAME}")
    service = Service(
        settings, name=NAME, version=about["Version"], summary=about["Summary"]
    )
    parts = wire(service, settings)
    for action in parts.prepare:
        service.prepare(action)
    service.consume(ItemTagged.topic, {ItemTagged: parts.handlers.on_item_tagged})
    service.consume(
        ItemRetracted.topic, {ItemRetracted: parts.handlers.on_item_retracted}
    )
    service.mount(_api(parts, settings))
    for name, task in parts.background.items():
        service.background(name, task)
    return service


def _api(parts: Parts, settings: Settings) -> APIRouter:
    known = Depends(recognising(parts.recognise))
    router = APIRouter(prefix="/v1", dependencies=[known])
    router.include_router(
        subscription_routes(parts.subscribe, parts.unsubscribe, parts.subscriptions)
    )
    router.include_router(
        inbox_routes(
            parts.read_inbox,
            parts.mark_read,
            parts.follow_inbox,
            settings.stream_heartbeat,
        )
    )
    router.include_router(
        webhook_routes(parts.register_endpoint, parts.try_endpoint, parts.endpoints)
    )
    router.include_router(delivery_routes(parts.retry_delivery, parts.deliveries))
    return router
