"""Writes made-up files of the trade for `formats/`: messages 80020, Green Button, a workbook, an archive.

Run from the repository's root:  python3 data-samples/make_formats.py
Two meters of Almaty over 1 February 2024; the archive has the day after, too.
"""

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

OUT = Path(__file__).parent / "formats"

# A shop and a bakery: whole kWh a half-hour, as such messages have them.
POINTS = {"020000000000101": "ТП-12 ввод 1, магазин", "020000000000102": "ТП-12 ввод 2, пекарня"}
# Half-hours of the bakery that were estimated.
ESTIMATED = (20, 21)


def kwh(point: int, day: int, slot: int) -> int:
    """Energy of a half-hour. [kWh]"""
    opens, closes = ((18, 42), (4, 24))[point]
    return (3, 2)[point] + (4 + (slot * 7 + day) % 3 if opens <= slot < closes else (slot + day) % 2)


def clock(slot: int) -> str:
    return f"{slot // 2 % 24:02}{slot % 2 * 30:02}"


def message(day: int) -> bytes:
    """A message 80020 of one day, in windows-1251."""
    date = datetime(2024, 2, day)
    lines = [
        '<?xml version="1.0" encoding="windows-1251"?>',
        f'<message class="80020" version="2" number="{day}">',
        "<datetime>",
        f"<timestamp>{date + timedelta(days=1):%Y%m%d}003000</timestamp>",
        "<daylightsavingtime>1</daylightsavingtime>",
        f"<day>{date:%Y%m%d}</day>",
        "</datetime>",
        "<sender><inn>000000000000</inn><name>ТОО «Пример»</name></sender>",
        '<area timezone="1"><inn>000000000000</inn><name>Пример</name>',
    ]
    for point, (code, name) in enumerate(POINTS.items()):
        lines.append(f'<measuringpoint code="{code}" name="{escape(name)}">')
        for channel, desc in (("01", "Активная энергия, прием"), ("02", "Активная энергия, отдача")):
            lines.append(f'<measuringchannel code="{channel}" desc="{desc}">')
            for slot in range(48):
                status = ' status="1"' if point == 1 and slot in ESTIMATED else ""
                value = kwh(point, day, slot) if channel == "01" else 0
                lines.append(f'<period start="{clock(slot)}" end="{clock(slot + 1)}"><value{status}>{value}</value></period>')
            lines.append("</measuringchannel>")
        lines.append("</measuringpoint>")
    lines += ['<deliverygroup code="9" name="Пример"></deliverygroup>', "</area>", "</message>"]
    return ("\n".join(lines) + "\n").encode("windows-1251")


def green_button() -> str:
    """An ESPI feed: hourly Wh of two homes, and the export of the first."""
    resource = "https://example.org/DataCustodian/espi/1_1/resource"
    entries = []

    def entry(path: str, content: str, related: str = "") -> None:
        link = f'<link rel="related" href="{resource}/{related}"/>' if related else ""
        entries.append(
            f'<entry><id>urn:uuid:{path.replace("/", "-")}</id><link rel="self" href="{resource}/{path}"/>{link}'
            f"<title/><content>{content}</content></entry>"
        )

    def kind(number: int, direction: int) -> None:
        fields = {
            "accumulationBehaviour": 4, "commodity": 1, "flowDirection": direction, "intervalLength": 3600,
            "powerOfTenMultiplier": 0, "uom": 72,
        }
        content = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        entry(f"ReadingType/{number}", f'<ReadingType xmlns="http://naesb.org/espi">{content}</ReadingType>')

    # 1 February, midnight in Almaty (UTC+6).
    first = int((datetime(2024, 1, 31, 18) - datetime(1970, 1, 1)).total_seconds())
    entry("LocalTimeParameters/1", "<LocalTimeParameters><tzOffset>21600</tzOffset></LocalTimeParameters>")
    kind(1, 1)
    kind(19, 19)
    for home, number in (("HOME-1", 1), ("HOME-1", 19), ("HOME-2", 1)):
        point = f"UsagePoint/{home}"
        if number == 1:
            entry(point, "<UsagePoint><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>")
        entry(f"{point}/MeterReading/{number}", "<MeterReading/>", f"ReadingType/{number}")
        readings = "".join(
            f"<IntervalReading><ReadingQuality><quality>19</quality></ReadingQuality><timePeriod><duration>3600</duration>"
            f"<start>{first + hour * 3600}</start></timePeriod><value>{240 + hour * 37 % 400}</value></IntervalReading>\n"
            for hour in range(24)
        )
        entry(f"{point}/MeterReading/{number}/IntervalBlock/1", f'<IntervalBlock xmlns="http://naesb.org/espi">\n{readings}</IntervalBlock>')
    feed = "\n".join(entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n{feed}\n</feed>\n'


def packed(members: dict[str, bytes]) -> bytes:
    """A zip archive whose bytes depend on its members alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 2, 3, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def workbook() -> bytes:
    """A sheet with a title above its header; times are dates of the spreadsheet."""
    def text(column: str, row: int, value: str) -> str:
        return f'<c r="{column}{row}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'

    rows = [text("A", 1, "Report of the utility"), "".join(text(c, 2, t) for c, t in zip("ABC", ("meter_id", "timestamp", "kwh")))]
    for point in range(2):
        for slot in range(48):
            row = len(rows) + 1
            serial = (datetime(2024, 2, 1) - datetime(1899, 12, 30)).days + slot / 48
            rows.append(
                text("A", row, f"A-{point + 1}") + f'<c r="B{row}" s="1"><v>{serial!r}</v></c><c r="C{row}"><v>{kwh(point, 1, slot)}</v></c>'
            )
    cells = "".join(f'<row r="{n}">{row}</row>' for n, row in enumerate(rows, 1))
    main, office = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package, kinds = "http://schemas.openxmlformats.org/package/2006", "application/vnd.openxmlformats-officedocument.spreadsheetml"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="February" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    return packed({name: (head + part).encode() for name, part in parts.items()})


def main() -> None:
    (OUT / "80020.xml").write_bytes(message(1))
    (OUT / "espi.xml").write_text(green_button(), encoding="utf-8")
    (OUT / "workbook.xlsx").write_bytes(workbook())
    members = {f"80020_000000000000_202402{day:02}_{day}.xml": message(day) for day in (1, 2)}
    (OUT / "messages.zip").write_bytes(packed(members))


if __name__ == "__main__":
    main()
