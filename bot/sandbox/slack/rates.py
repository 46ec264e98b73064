"""Rate limits: a bucket of calls per method, refilled with time; for posts one more per channel."""

import math
from dataclasses import dataclass, field
from datetime import datetime

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}  # calls a minute; bursts up to a minute's worth are let through
SPECIAL = 300
POSTS_PER_CHANNEL = (60, 5)  # a minute, and at once


@dataclass
class _Bucket:
    left: float
    filled: datetime


@dataclass
class Rates:
    """All buckets of one workspace."""

    buckets: dict[str, _Bucket] = field(default_factory=dict)

    def wait_for(self, name: str, per_minute: int, at_once: int, now: datetime) -> int:
        """Take one call from a bucket: 0 if it went through, else the seconds to wait (Retry-After)."""
        bucket = self.buckets.setdefault(name, _Bucket(at_once, now))
        passed = max(0.0, (now - bucket.filled).total_seconds())
        bucket.left = min(at_once, bucket.left + passed * per_minute / 60)
        bucket.filled = now
        if bucket.left < 1:
            return max(1, math.ceil((1 - bucket.left) * 60 / per_minute))
        bucket.left -= 1
        return 0
