"""Every id that Slack sends back: actions, inputs and modals. Handlers listen for these and no others."""

from bot.rules.actions import Action

MORE = "more"
OPEN_CARD = "open_card"
OPEN_ADDRESS = "open_address"

LINES = "lines"
UNITS = "units"
FEES = "fees"
CHARGE_ANYWAY = "charge_anyway"
CUSTOM_AMOUNT = "custom_amount"
METHOD = "method"
REFERENCE = "reference"

REASON = "reason"
TEXT = "text"
DATE = "date"
PERSON = "person"
WISH = "wish"
NOTE = "note"
LATE_REASON = "late_reason"
ARRIVED = "arrived"
PROOF = "proof"

REPLACEMENT = "replacement"
COMES_BACK = "comes_back"
GOES_OUT = "goes_out"
CLAIM = "claim"
INSTEAD = "instead"

BOX = "refund_box"
CONFIRM = "confirm_refund"
REJECT = "reject"
ASK = "ask"
ANSWERED = "answered"
EXTEND = "extend"
RECEIVE = "receive"
CANCEL = "cancel"
REOPEN = "reopen"
HAND_OVER = "hand_over"
MESSAGE = "message"
NEW_RETURN = "new_return"
WAS_REFUNDED = "was_refunded"
NOTICE = "notice"
EXCHANGE = "exchange_form"
AGREE = "agree_exchange"
CANCEL_EXCHANGE = "cancel_exchange"

RESEND_CREDIT = "resend_credit"
REVOKE_CREDIT = "revoke_credit"

NO_ANSWER = "no_answer"
READ_ALL = "read_all"
CANNED = "canned"
LATER = "later"
ANSWER_CUSTOMER = "answer_customer"

LOOK_INTO = "look_into"
SETTLE_DIFFERENCE = "settle_difference"

BUTTONS = tuple(action.value for action in Action)
