"""Every seeded defect by its name."""

from tests.proof.defects.believing import BELIEVING
from tests.proof.defects.deciding import DECIDING
from tests.proof.defects.defect import Defect
from tests.proof.defects.exchanging import EXCHANGING
from tests.proof.defects.listening import LISTENING
from tests.proof.defects.looking import LOOKING
from tests.proof.defects.sending import SENDING

DEFECTS: tuple[Defect, ...] = tuple(
    sorted(
        (*SENDING, *LOOKING, *BELIEVING, *DECIDING, *LISTENING, *EXCHANGING), key=lambda defect: defect.order
    )
)
BY_NAME = {defect.name: defect for defect in DEFECTS}
