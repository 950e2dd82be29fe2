"""Files that leave: contracts, refused rows to mend, and the template of both."""

from agencies.exports.contracts import contract_rows
from agencies.exports.forms import error_rows, template_book, template_rows
from agencies.exports.writing import csv_lines, xlsx_chunks

__all__ = [
    "contract_rows",
    "csv_lines",
    "error_rows",
    "template_book",
    "template_rows",
    "xlsx_chunks",
]
