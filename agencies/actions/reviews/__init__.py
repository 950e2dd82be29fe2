"""Contract reviews: agencies are asked, answer contract by contract, and a clock closes it."""

from agencies.actions.reviews.answering import (
    NothingToSend,
    ReviewRefused,
    amend,
    send,
    set_drafts,
)
from agencies.actions.reviews.asking import close_due, open_review
from agencies.actions.reviews.passes import do_range, finish, prepare

__all__ = [
    "NothingToSend",
    "ReviewRefused",
    "amend",
    "close_due",
    "do_range",
    "finish",
    "open_review",
    "prepare",
    "send",
    "set_drafts",
]
