"""Store credit where it is awkward: lost answers, deleted coupons, last days, prices without tax."""

from sqlmodel import col, delete

from bot.desk.credits_people import credits_of
from bot.sandbox.faults import Fault
from store.credit_models import StoredCredit
from store.db import writing
from tests.bot.desk.bench import told
from tests.bot.desk.test_credits import a_credit, poll, spend
from tests.world import World


def test_an_answer_that_is_lost_on_the_way_changes_nothing(world: World) -> None:
    _, coupon = a_credit(world)
    world.faults.plan("shop", Fault.LOST_AFTER, method="PUT", path="/coupons/")
    spend(world, coupon, "20.00")
    poll(world)
    world.clock.pass_(minutes=2)
    world.work()
    assert (str(coupon.amount), coupon.usage_limit) == ("49.30", 2)


def test_a_coupon_that_somebody_deletes_is_told_once(world: World) -> None:
    return_id, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    coupon.status = "trash"
    poll(world)
    world.clock.pass_(days=2)
    poll(world)
    assert told(world, return_id).count("credit_gone") == 1
    assert credits_of(world.desk, return_id)[0].over


def test_what_is_left_on_the_last_day_is_told_once(world: World) -> None:
    return_id, coupon = a_credit(world)
    spend(world, coupon, "20.00")
    poll(world)
    world.clock.pass_(days=800)
    for _ in range(3):
        poll(world)
    assert told(world, return_id).count("credit_expired") == 1
    assert not credits_of(world.desk, return_id)[0].may_resend


def test_where_prices_have_no_tax_in_them_the_credit_is_counted_without_it_too(world: World) -> None:
    """The coupon's amount is in the measure of the shop's prices (recording coupon_redemption)."""
    _, coupon = a_credit(world)
    spend(world, coupon, "20.00", prices_include_tax=False)
    poll(world)
    assert str(coupon.amount) == "49.30"


def test_a_coupon_an_earlier_version_made_gets_a_balance(world: World) -> None:
    return_id, coupon = a_credit(world)
    with writing(world.desk.engine) as session:
        session.exec(delete(StoredCredit).where(col(StoredCredit.id) > 0))
    spend(world, coupon, "20.00")
    poll(world)
    poll(world)
    assert str(coupon.amount) == "49.30"
    assert credits_of(world.desk, return_id)[0].used


def test_an_order_seen_long_before_the_look_is_counted_all_the_same(world: World) -> None:
    """A poll names it, the look that follows is held up, and later polls ask only what changed since."""
    _, coupon = a_credit(world)
    looks = world.faults.storm("shop", Fault.CLOSED_BEFORE, method="GET", path="/coupons/")
    spend(world, coupon, "20.00")
    for _ in range(3):
        poll(world)
        world.clock.pass_(minutes=15)
    world.faults.withdraw(looks.number)
    world.clock.pass_(hours=1)
    world.work()
    assert (str(coupon.amount), coupon.usage_limit) == ("49.30", 2)


def test_a_shop_that_refuses_the_new_amount_is_told_once_a_day(world: World) -> None:
    """For as long as it does; nobody can spend the rest meanwhile, since the coupon's one use is gone."""
    return_id, coupon = a_credit(world)
    world.faults.plan("shop", Fault.DENIED_BEFORE, method="PUT", path="/coupons/", times=3)
    spend(world, coupon, "20.00")
    for _ in range(3):
        poll(world)
        world.clock.pass_(minutes=65)
    assert told(world, return_id).count("credit_stuck") in (1, 2)  # two where midnight falls between
    assert (coupon.usage_count, coupon.usage_limit) == (1, 1)
    poll(world)
    assert (str(coupon.amount), coupon.usage_limit) == ("49.30", 2)
