"""How much of a resource is booked, week by week."""

from __future__ import annotations

from gainline.engine.reports.roadmap.frame import MONTHS, Scale, Sheet, quarters
from gainline.engine.roadmap.calendar import friday
from gainline.engine.roadmap.reviewing import Booking

WIDTH, TOP, HEIGHT, FOOT = 360.0, 8.0, 64.0, 18.0


def booking_svg(booking: Booking, *, title: str, desc: str) -> str:
    """Booked units as columns under the line of what is at hand."""
    sheet = Sheet(f"load-{booking.key}", WIDTH)
    most = max(1, *booking.at_hand, *booking.booked)
    scale = Scale(booking.mondays[0], friday(booking.mondays[-1]), 20, WIDTH - 2)
    base = TOP + HEIGHT
    for first in quarters(scale.first, scale.last):
        if first.month in (1, 7):
            sheet.line((scale.x(first), TOP), (scale.x(first), base), "quarter")
            sheet.text((scale.x(first) + 3, base + 13), f"{MONTHS[first.month - 1]} {first.year}", "tick")
    for monday, booked, there in zip(booking.mondays, booking.booked, booking.at_hand, strict=True):
        left, width = scale.span(monday, friday(monday), 1)
        tall = round(HEIGHT * booked / most, 1)
        if booked:
            sheet.rect((left, base - tall, width, tall), "full" if booked >= there else "booked")
    _line(sheet, booking, scale, most)
    sheet.line((scale.left, base), (scale.right, base), "rule")
    sheet.text((0, TOP + 9), str(most), "tick")
    sheet.text((0, base), "0", "tick")
    return sheet.svg(base + FOOT, title=title, told=desc)


def _line(sheet: Sheet, booking: Booking, scale: Scale, most: int) -> None:
    base = TOP + HEIGHT
    points = []
    for monday, there in zip(booking.mondays, booking.at_hand, strict=True):
        y = round(base - HEIGHT * there / most, 1)
        points += [f"{scale.x(monday):g} {y:g}", f"{scale.x(friday(monday)):g} {y:g}"]
    sheet.path("M" + "L".join(points), "at-hand")
