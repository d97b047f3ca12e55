"""`shop content check` on documents as people have them: .docx, PDF, HTML, CSV and folders."""

import io
import json
import os
import random
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import docx
import pytest
from click.testing import CliRunner, Result
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF
from PIL import Image

from shop.cli.content import content
from shop.copy_check.documents import UnreadableError
from shop.copy_check.opening import open_document

CLAIM = "Deze capsules genezen migraine."
HARMLESS = "Neem 1 capsule per dag."


def check(*arguments: str | Path, given: bytes = b"") -> Result:
    return CliRunner().invoke(content, ["check", *map(str, arguments)], input=given)


def findings(*arguments: str | Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(check(*arguments, "--format", "json").stdout)
    return found


def blocked(*arguments: str | Path) -> list[str]:
    return [finding["text"] for finding in findings(*arguments) if finding["severity"] == "block"]


def write_pdf(file: Path, *pages: list[str], picture: bool = False) -> Path:
    """A PDF with a line for each string; the last page is a picture when asked for."""
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    for lines in pages:
        pdf.add_page()
        for line in lines:
            pdf.cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")
    if picture:
        pdf.add_page()
        pdf.image(Image.new("RGB", (40, 40), "red"), w=100)
    pdf.output(str(file))
    return file


def write_docx(file: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(file))
    return file


def run(words: str) -> str:
    return f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{words}</w:t></w:r>'


# .docx


def test_a_docx_is_read_paragraph_by_paragraph(tmp_path: Path) -> None:
    file = write_docx(tmp_path / "brief.docx", HARMLESS, CLAIM)
    assert [(one["text"], one["line"]) for one in findings(file)] == [(HARMLESS, 1), (CLAIM, 2)]
    assert f"{file}:line 2:24-55: block: disease: {CLAIM}" in check(file).stdout


def test_a_docx_is_recognised_by_its_content_on_standard_input(tmp_path: Path) -> None:
    file = write_docx(tmp_path / "brief.docx", CLAIM)
    assert check("-", given=file.read_bytes()).exit_code == 1


@pytest.mark.parametrize(
    "wrapped",
    [
        f'<w:ins {nsdecls("w")} w:id="1" w:author="a">{run(CLAIM)}</w:ins>',
        f'<w:hyperlink {nsdecls("w")} w:anchor="a">{run(CLAIM)}</w:hyperlink>',
        f"<w:sdt {nsdecls('w')}><w:sdtContent>{run(CLAIM)}</w:sdtContent></w:sdt>",
        f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p>{run(CLAIM)}</w:p></w:txbxContent></w:pict></w:r>",
        run("Deze cap") + run("sules genezen mig") + run("raine."),
    ],
    ids=["tracked insertion", "link", "content control", "text box", "cut in runs"],
)
def test_words_of_a_docx_count_whatever_they_are_wrapped_in(wrapped: str, tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    for element in parse_xml(f"<w:p {nsdecls('w')}>{wrapped}</w:p>"):
        cast(Any, paragraph._p).append(element)
    document.save(str(tmp_path / "a.docx"))
    assert blocked(tmp_path / "a.docx") == [CLAIM]


def test_headers_tables_comments_and_alternative_texts_of_a_docx_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Helpt tegen kramp."
    document.sections[0].footer.paragraphs[0].text = "Helpt tegen hoofdpijn."
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = HARMLESS, "Helpt tegen astma."
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    document.add_picture(picture)
    for properties in document.element.body.iter("{*}docPr"):
        properties.set("descr", "Helpt tegen reuma.")
    document.add_comment(document.add_paragraph("Dag.").runs, text="Helpt tegen jicht.")
    document.save(str(tmp_path / "a.docx"))
    assert blocked(tmp_path / "a.docx") == [
        f"Helpt tegen {complaint}." for complaint in ("astma", "reuma", "kramp", "hoofdpijn", "jicht")
    ]


def test_deleted_words_of_a_docx_do_not_count(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph(HARMLESS)
    deleted = f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>{CLAIM}</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom {nsdecls("w")} w:id="2" w:author="a">{run(CLAIM)}</w:moveFrom>'
    for element in (deleted, moved):
        cast(Any, paragraph._p).append(parse_xml(element))
    document.save(str(tmp_path / "a.docx"))
    assert [one["text"] for one in findings(tmp_path / "a.docx")] == [HARMLESS]


def damaged_docx(file: Path, change: Callable[[bytes], bytes]) -> Path:
    """A .docx of which the body's XML was changed."""
    whole = write_docx(file.with_suffix(".whole"), CLAIM)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == "word/document.xml" else content)
    return file


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml[:-40],
        lambda _: b"\x00\x01",
        lambda xml: xml.replace(b"<w:body>", b"<w:body>&lol;", 1),
        lambda xml: b'<!DOCTYPE a [<!ENTITY a "ha">]>' + xml[xml.index(b"?>") + 2 :].replace(b"genezen", b"&a;"),
        lambda xml: xml.replace(b"UTF-8", b"no-such-encoding"),
    ],
    ids=["cut off", "no XML", "unknown entity", "entities", "unknown encoding"],
)
def test_a_damaged_docx_is_refused_by_name(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    result = check(damaged_docx(tmp_path / "a.docx", change))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {tmp_path / 'a.docx'}: this .docx is damaged")
    assert result.stderr.count("\n") == 1


def test_a_docx_with_any_bytes_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = write_docx(tmp_path / "a.docx", CLAIM).read_bytes()
    dice = random.Random(14)  # noqa: S311 - a test
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        file = tmp_path / "broken.docx"
        file.write_bytes(bytes(broken[: dice.choice([len(broken), dice.randrange(len(broken))])]))
        try:
            document = open_document(str(file))
            text = "".join(passage.text for passage in document.passages)
        except UnreadableError:
            continue
        assert CLAIM in text or document.unread


def test_a_zip_bomb_in_a_docx_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    file = damaged_docx(tmp_path / "bomb.docx", lambda xml: xml.replace(b"</w:body>", b" " * 60_000_000 + b"</w:body>"))
    assert file.stat().st_size < 200_000
    result = check(file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {file}: its text unpacks to more than 50 MB; that is no document\n"


def test_another_zip_file_is_no_docx(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", CLAIM)
    result = check(file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is a ZIP file, but no .docx document" in result.stderr


# PDF


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    file = write_pdf(tmp_path / "folder.pdf", [HARMLESS], [HARMLESS, CLAIM])
    assert [(one["text"], one["page"]) for one in findings(file)] == [(HARMLESS, 1), (HARMLESS, 2), (CLAIM, 2)]
    assert f"{file}:page 2:" in check(file).stdout


def test_a_sentence_that_a_pdf_wraps_is_read_as_one(tmp_path: Path) -> None:
    lines = [
        "Wie last heeft van een onrustige nacht, weet nu waar hij",
        "Magnesium van ons voor moet kopen, want het helpt tegen slape-",
        "loosheid en tegen kramp. Bestel vandaag.",
        "Zonder B-",
        "vitamines",
    ]
    texts = [one["text"] for one in findings(write_pdf(tmp_path / "a.pdf", lines))]
    assert texts == [
        "Wie last heeft van een onrustige nacht, weet nu waar hij Magnesium van ons voor moet kopen, want het helpt "
        "tegen slapeloosheid en tegen kramp.",
        "Bestel vandaag.",
        "Zonder B-vitamines",
    ]


def test_headings_and_lists_of_a_pdf_stay_apart(tmp_path: Path) -> None:
    lines = ["Gebruik", "Neem een capsule bij het eten met een groot glas water.", "- koel bewaren", "- droog bewaren"]
    texts = [one["text"] for one in findings(write_pdf(tmp_path / "a.pdf", lines))]
    assert texts == ["Gebruik", lines[1], "koel bewaren", "droog bewaren"]


def test_a_scan_is_refused(tmp_path: Path) -> None:
    file = write_pdf(tmp_path / "scan.pdf", picture=True)
    result = check(file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {file}: this PDF has no text layer; a scan has to be read with OCR first\n"


def test_a_page_that_is_a_picture_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    result = check(write_pdf(tmp_path / "a.pdf", [HARMLESS], picture=True))
    assert result.exit_code == 2
    assert "page 2 is a picture without text and was not read" in result.stderr
    assert result.stdout == "1 checked, 0 blocked, 0 to look at, 1 not read\n"


def test_a_pdf_with_a_password_is_refused_and_one_without_is_read(tmp_path: Path) -> None:
    for password, status in (("geheim", 2), ("", 1)):
        pdf = FPDF()
        pdf.set_encryption(owner_password="owner", user_password=password)  # noqa: S106 - of a test
        pdf.add_page()
        pdf.set_font("helvetica")
        pdf.cell(text=CLAIM)
        pdf.output(str(tmp_path / "a.pdf"))
        result = check(tmp_path / "a.pdf")
        assert result.exit_code == status
        assert ("has a password" in result.stderr) == (status == 2)


MEASURED = """
import resource, sys
from click.testing import CliRunner
from shop.cli.content import content
result = CliRunner().invoke(content, ["check", sys.argv[1]])
print(result.stderr, file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, result.stdout)
sys.exit(result.exit_code)
"""
"""A check in a process of its own, whose only child is the reader; prints the most memory of that in kB."""


def test_a_bomb_in_a_pdf_is_refused_with_bounded_memory(tmp_path: Path) -> None:
    deflate = zlib.compressobj()
    words = b"(Geneest migraine nu en altijd. ) Tj " * 10_000
    stream = deflate.compress(b"BT /F1 12 Tf 10 10 Td ") + b"".join(deflate.compress(words) for _ in range(100))
    stream += deflate.compress(b"ET") + deflate.flush()
    file = write_pdf(tmp_path / "a.pdf", [CLAIM])
    whole = file.read_bytes()
    first, last = whole.index(b"stream\n") + 7, whole.index(b"\nendstream")
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(stream), whole[:first], count=1)
    file.write_bytes(head + stream + whole[last:])
    result = subprocess.run([sys.executable, "-c", MEASURED, file], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "takes too much memory or time to unpack" in result.stderr
    assert int(result.stdout) < 1_100_000


def test_a_pdf_with_any_bytes_changed_is_read_or_refused(tmp_path: Path) -> None:
    whole = write_pdf(tmp_path / "a.pdf", [CLAIM]).read_bytes()
    dice = random.Random(14)  # noqa: S311 - a test
    for _ in range(8):
        broken = bytearray(whole)
        for _ in range(dice.randrange(1, 40)):
            broken[dice.randrange(8, len(broken))] = dice.randrange(256)
        result = check("-", given=bytes(broken))
        assert result.exit_code in (0, 1, 2), result.output
        assert isinstance(result.exception, SystemExit | None)
        assert result.exit_code or " 0 blocked" in result.stdout


# HTML and CSV


def test_a_finding_in_a_file_of_text_has_its_line(tmp_path: Path) -> None:
    for breaks in ("\n", "\r\n", "\r"):
        file = tmp_path / "a.html"
        file.write_bytes(breaks.join(["<h1>Dag</h1>", "<p>", f"{HARMLESS} {CLAIM}", "</p>"]).encode())
        assert [(one["text"], one["line"]) for one in findings(file)] == [("Dag", 1), (HARMLESS, 3), (CLAIM, 3)]


def test_html_is_read_in_the_charset_that_it_declares(tmp_path: Path) -> None:
    text = "<p>Deze capsules genezen één ding: reuma.</p>"
    for charset, declared in (
        ("cp1252", "windows-1252"),
        ("utf-8", "utf-8"),
        ("utf-8", "rot13"),
        ("utf-8", "nonsense"),
    ):
        file = tmp_path / "a.html"
        file.write_bytes(f'<html><meta charset="{declared}">{text}</html>'.encode(charset))
        assert blocked(file) == ["Deze capsules genezen één ding: reuma."]


CSV = 'sku;Naam;Tekst\nA1;Een;"Dag.\nDeze capsules genezen migraine."\nA2;Twee;Neem 1 capsule per dag.\n'


def test_a_column_of_a_csv_is_checked_cell_by_cell(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CSV, encoding="utf-8")
    found = findings(file, "--column", "tekst")
    assert [(one["text"], one["start"], one["line"], one["cell"]) for one in found] == [
        ("Dag.", 0, 2, {"row": 2, "column": "Tekst"}),
        (CLAIM, 5, 3, {"row": 2, "column": "Tekst"}),
        (HARMLESS, 0, 4, {"row": 3, "column": "Tekst"}),
    ]
    assert f"{file}:row 2, Tekst:5-36: block" in check(file, "--column", "Tekst").stdout
    assert [one["cell"]["column"] for one in findings(file, "--column", "Naam", "--column", "Tekst")][:2] == [
        "Naam",
        "Tekst",
    ]


def test_a_csv_without_its_column_is_an_error_that_lists_the_columns(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(CSV, encoding="utf-8")
    for arguments in ([file], [file, "--column", "text"]):
        result = check(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.endswith("the columns are: sku, Naam, Tekst\n")


def test_a_row_of_a_csv_that_is_cut_elsewhere_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("sku,tekst\nA1,Dag.\nA2,Lekker, en het geneest migraine.\n", encoding="utf-8")
    result = check(file, "--column", "tekst")
    assert result.exit_code == 2
    assert f"{file}: row 3: " in result.stderr


# folders


def test_a_folder_is_read_with_its_subfolders_and_says_what_it_skipped(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text(CLAIM, encoding="utf-8")
    (tmp_path / "b.txt").write_text(HARMLESS, encoding="utf-8")
    (tmp_path / "foto.png").write_bytes(b"\x89PNG")
    write_docx(tmp_path / "sub" / "a.docx", CLAIM)
    write_pdf(tmp_path / "sub" / "c.pdf", [CLAIM])
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    result = check(tmp_path, "--format", "json")
    assert [Path(one["file"]).name for one in json.loads(result.stdout)] == ["b.txt", "a.docx", "c.pdf"]
    assert result.exit_code == 1
    skipped = [line.split(": ")[0] for line in result.stderr.splitlines()]
    assert skipped == [str(tmp_path / name) for name in ("foto.png", "pipe.txt", "sub/loop")]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "b.txt").write_text(CLAIM, encoding="utf-8")
    (tmp_path / "c.txt").symlink_to(tmp_path / "gone")
    result = check(tmp_path)
    assert result.exit_code == 2
    assert result.stdout.endswith("1 checked, 1 blocked, 0 to look at, 2 not read\n")
    assert f"{tmp_path / 'a.docx'}: this .docx is damaged" in result.stderr
    assert f"{tmp_path / 'c.txt'}: No such file or directory" in result.stderr


def test_a_folder_without_anything_to_read_is_an_error(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {tmp_path}: no file that can be read is in this folder\n"


def test_a_name_that_is_no_utf_8_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "w", encoding="utf-8") as file:  # noqa: PTH123 - bytes
        file.write(CLAIM)
    for form in ("text", "json", "sarif", "github"):
        result = check(tmp_path, "--format", form)
        assert result.exit_code == 1
        assert "caf�.txt" in result.stdout or "caf%EF%BF%BD.txt" in result.stdout


def test_too_large_a_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(100_000_001)
    result = check(tmp_path / "a.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "larger than 100 MB" in result.stderr
