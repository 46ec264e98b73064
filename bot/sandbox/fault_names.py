"""The names of all faults an answer can meet on its way; what they look like is written elsewhere."""

from enum import StrEnum


class Fault(StrEnum):
    """What happens to one request. The names say whether the effect took place: BEFORE it, or AFTER it.

    ``BUSY`` is one of those before, ``SLOW`` one of those after; with ``STALE`` nothing changes but what is
    read. ``seconds`` is the plan's.
    """

    # The line
    LOST_AFTER = "lost_after"  # the connection drops without an answer
    LOST_BEFORE = "lost_before"  # the same, and the request was never worked on
    HANG_AFTER = "hang_after"  # silence for ``seconds``, then the connection drops
    HANG_BEFORE = "hang_before"  # the same, and the request is never worked on
    LATE_AFTER = "late_after"  # the connection drops at once, the request is worked on ``seconds`` later
    SLOW = "slow"  # the answer comes ``seconds`` later
    ENDLESS_AFTER = "endless_after"  # the body drips for ``seconds`` and never ends: the connection drops

    # Proxies, caches and firewalls
    HTML_AFTER = "html_after"  # a cache answers 200 with a page
    EMPTY_AFTER = "empty_after"  # 204 without a body
    EMPTY_BEFORE = "empty_before"
    MOVED_BEFORE = "moved_before"  # 301 to another host
    REDIRECT_BEFORE = "redirect_before"  # 302 to another host
    REDIRECT_AFTER = "redirect_after"
    FORBIDDEN_BEFORE = "forbidden_before"  # a firewall answers 403 with a page
    LIMITED_BEFORE = "limited_before"  # a proxy answers 429 with a page
    CLOSED_BEFORE = "closed_before"  # a proxy answers 503 with a page
    GATEWAY_BEFORE = "gateway_before"  # a proxy answers 502 with a page
    GATEWAY_AFTER = "gateway_after"
    TIMEOUT_BEFORE = "timeout_before"  # a proxy answers 504 with a page
    TIMEOUT_AFTER = "timeout_after"
    STRANGE_AFTER = "strange_after"  # Cloudflare answers 520: the server said something it cannot read
    OVERDUE_AFTER = "overdue_after"  # Cloudflare answers 524: the server took more than 100 seconds
    STALE = "stale"  # a cache answers a GET as it was answered the last time; all else passes

    # The service says no, in its own JSON
    ERROR_BEFORE = "error_before"  # 500 with a JSON body of no known code
    ERROR_AFTER = "error_after"
    REFUSED_BEFORE = "refused_before"  # 400
    UNAUTHORIZED_BEFORE = "unauthorized_before"  # 401
    DENIED_BEFORE = "denied_before"  # 403
    CONFLICT_BEFORE = "conflict_before"  # 409
    BUSY = "busy"  # 429 with Retry-After in ``seconds``
    BUSY_DATE_BEFORE = "busy_date_before"  # 429 with Retry-After as the date in ``seconds``
    BUSY_ZERO_BEFORE = "busy_zero_before"  # 429 with Retry-After: 0
    BUSY_MINUS_BEFORE = "busy_minus_before"  # 429 with Retry-After: -1
    BUSY_DAYS_BEFORE = "busy_days_before"  # 429 with Retry-After: 999999, which is eleven days and a half
    BUSY_SILENT_BEFORE = "busy_silent_before"  # 429 without Retry-After

    # The right answer, spoiled
    TRUNCATED_AFTER = "truncated_after"  # half of the body arrives as all of it
    NOTICE_AFTER = "notice_after"  # a PHP notice stands before the JSON
    MARKED_AFTER = "marked_after"  # a byte order mark stands before the JSON
    OTHER_AMOUNT_AFTER = "other_amount_after"  # the amount in it is one too high
    DOUBLED_KEYS_AFTER = "doubled_keys_after"  # a key comes twice, the second time with a lie
    TEXT_NUMBERS_AFTER = "text_numbers_after"  # all numbers are strings
    OTHER_TYPE_AFTER = "other_type_after"  # the JSON is called text/html
    OTHER_CHARSET_AFTER = "other_charset_after"  # UTF-16 that is called UTF-8
    BOMB_AFTER = "bomb_after"  # a few kilobytes of gzip that unpack to BOMB_BYTES of spaces


# Nothing happened at the service when the client hears of one of these.
BEFORE = (Fault.BUSY, *(fault for fault in Fault if fault.value.endswith("_before")))
