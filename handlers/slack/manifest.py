"""The Slack app's manifest: what it may do, what it hears, and where Slack finds the desk."""

from typing import Any

EVENTS_PATH = "/slack/events"

# The methods of Slack the desk calls, and the scopes of Slack's documentation that allow each.
METHOD_SCOPES: dict[str, tuple[str, ...]] = {
    "auth_test": (),
    "chat_getPermalink": (),
    "chat_postEphemeral": ("chat:write",),
    "chat_postMessage": ("chat:write",),
    "chat_update": ("chat:write",),
    "conversations_history": ("channels:history", "groups:history"),
    "conversations_info": ("channels:read", "groups:read"),
    "conversations_members": ("channels:read", "groups:read"),
    "conversations_open": ("im:write",),
    "conversations_replies": ("channels:history", "groups:history"),
    "files_completeUploadExternal": ("files:write",),
    "files_delete": ("files:write",),
    "files_getUploadURLExternal": ("files:write",),
    "files_info": ("files:read",),
    "usergroups_users_list": ("usergroups:read",),
    "users_info": ("users:read",),
    "views_open": (),
    "views_publish": (),
    "views_push": (),
    "views_update": (),
}

# The events the desk hears, and the scope without which Slack does not send each.
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.im": ("im:history",),
    "subteam_members_changed": ("usergroups:read",),
    "user_change": ("users:read",),
}

BOT_SCOPES = tuple(
    sorted(
        {
            "commands",
            *(scope for table in (METHOD_SCOPES, EVENT_SCOPES) for row in table.values() for scope in row),
        }
    )
)

SHORT = (
    "The returns counter of a WooCommerce shop: decide, refund, exchange and answer, without leaving Slack."
)
LONG = (
    "Each new return appears as one card. From the card the team approves, receives, refunds, gives store "
    "credit, exchanges, restocks and writes to the customer. What must not be overlooked stands on top of "
    "the card, and what a rule forbids cannot be clicked. Type /returns to find a return by its number, its "
    "order, an e-mail address or a period."
)


def app_manifest(public_url: str, *, socket_mode: bool) -> dict[str, Any]:
    """The manifest to paste under "Create an app" at Slack; ``public_url`` is not needed for Socket Mode."""
    address = {} if socket_mode else {"request_url": public_url + EVENTS_PATH}
    menus = {} if socket_mode else {"message_menu_options_url": public_url + EVENTS_PATH}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Returns Desk",
            "description": SHORT,
            "long_description": LONG,
            "background_color": "#1f4e4a",
        },
        "features": _features({} if socket_mode else {"url": public_url + EVENTS_PATH}),
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": sorted(EVENT_SCOPES)},
            "interactivity": {"is_enabled": True, **address, **menus},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _features(address: dict[str, str]) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "Returns Desk", "always_online": True},
        "shortcuts": [
            {
                "name": "Answer the customer",
                "type": "message",
                "callback_id": "answer_customer",
                "description": "Write to the customer of the return this message is about",
            },
            {
                "name": "Find the return",
                "type": "message",
                "callback_id": "find_return",
                "description": "Find the returns that this message mentions",
            },
        ],
        "slash_commands": [
            {
                "command": "/returns",
                "description": "Find returns, open one, see the day",
                "usage_hint": "1042 | #5567 | e-mail | new | extend | digest | report | help",
                "should_escape": False,
                **address,
            }
        ],
    }
