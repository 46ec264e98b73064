"""Words under one key are said once, and a second time they stop nothing."""

from sqlmodel import col, select

from bot.desk.changes import changing
from store.db import reading
from store.models import Message, Operation
from tests.world import ALICE, World


def test_words_that_are_wanted_twice_are_said_once_and_the_second_change_is_kept(world: World) -> None:
    mug = world.shop.add_product("Mug, white", "33.00", sku="MUG-W", stock=9)
    return_id = world.open(world.order((mug, 1)))
    for delivery in ("first", "second"):
        with changing(world.desk, return_id, ALICE) as change:
            change.tell_team("parcel", "staff_wrote", delivery=delivery)
            change.tell_customer("parcel", f"Your parcel is here, {delivery}.")
            change.rma.tracking_number = delivery
    with reading(world.desk.engine) as session:
        keys = select(Operation.key).where(col(Operation.key).endswith("/parcel"))
        assert sorted(session.exec(keys)) == ["RMA-1/note/parcel", "RMA-1/thread/parcel"]
        told = session.exec(select(Message.body).where(Message.return_id == return_id)).all()
    assert [text for text in told if "parcel is here" in text] == ["Your parcel is here, first."]
    assert world.case(return_id).tracking_number == "second"
