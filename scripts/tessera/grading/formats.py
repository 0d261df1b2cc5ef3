"""Results in the forms that others read. Hidden tests tell students nothing but their points."""
from __future__ import annotations

import base64
import csv
import io
import json
import re
from typing import Any, Sequence
from xml.etree import ElementTree

from tessera.exercises.result import FAILED, PASSED, TO_MARK
from tessera.grading.report import Mark, Report

#: What XML may not hold: a submission can print anything.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HIDDEN = "a hidden test"


def junit(reports: Sequence[Report]) -> str:
    """JUnit's XML: a suite for each submission, for any CI."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        failures = sum(mark.status == FAILED for mark in report.marks)
        suite = ElementTree.SubElement(
            root, "testsuite", name=report.submission, tests=str(len(report.marks)),
            failures=str(failures), errors=str(int(bool(report.error))), time=str(report.seconds),
        )
        if report.error:
            case = ElementTree.SubElement(suite, "testcase", name="grading", classname="grading")
            ElementTree.SubElement(case, "error", message="not graded").text = _xml(report.error)
        for mark in report.marks:
            _junit_case(suite, report, mark)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(suite: ElementTree.Element, report: Report, mark: Mark) -> None:
    """One test."""
    name = f"{report.exercise}.{mark.name}"
    case = ElementTree.SubElement(suite, "testcase", name=mark.name, classname=name)
    if mark.status == FAILED:
        message = f"{mark.points} of {mark.possible} points"
        ElementTree.SubElement(case, "failure", message=message).text = _xml(mark.details)
    if mark.status == TO_MARK:
        ElementTree.SubElement(case, "skipped", message="to be marked")


def _xml(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def gradescope(report: Report) -> str:
    """Gradescope's results.json, for one submission."""
    result: dict[str, Any] = {
        "score": report.points,
        "execution_time": report.seconds,
        "output": _remarks(report),
        "output_format": "text",
        "visibility": "visible",
        "tests": [_gradescope_test(mark) for mark in report.marks],
    }
    return json.dumps(result, indent=1) + "\n"


def _gradescope_test(mark: Mark) -> dict[str, Any]:
    """One test; what an instructor has to mark is a test without a verdict."""
    test = {
        "name": f"{mark.name}: {_HIDDEN if mark.hidden else mark.about}",
        "score": mark.points,
        "max_score": mark.possible,
        "output": "" if mark.hidden else mark.details,
        "output_format": "text",
        "visibility": "after_published" if mark.hidden else "visible",
    }
    if mark.status != TO_MARK:
        test["status"] = "passed" if mark.status == PASSED else "failed"
    return test


def _remarks(report: Report) -> str:
    """What is to be said about a submission as a whole."""
    lines = [report.error] if report.error else []
    if report.hint:
        lines.append(f"This looks like a mistake that others have made: {report.hint}")
    return "\n".join([*lines, *report.notes])


def classroom(report: Report) -> str:
    """What GitHub Classroom's reporter reads from RUNNER_RESULTS: JSON in base64."""
    status = "error" if report.error else "fail" if report.status == FAILED else "pass"
    result = {
        "version": 1,
        "status": status,
        "max_score": report.possible,
        "tests": [_classroom_test(mark) for mark in report.marks],
    }
    return base64.b64encode(json.dumps(result).encode()).decode() + "\n"


def _classroom_test(mark: Mark) -> dict[str, Any]:
    """One test."""
    return {
        "name": mark.name,
        "status": "fail" if mark.status == FAILED else "pass",
        "score": mark.points,
        "message": "" if mark.hidden else mark.details,
        "test_code": _HIDDEN if mark.hidden else mark.about,
        "filename": "",
        "line_no": 0,
        "duration": 0,
    }


def book(reports: Sequence[Report]) -> str:
    """The mark book: a row for each submission, as CSV."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["submission", "exercise", "points", "possible", "to mark", "status", "tests"])
    for report in reports:
        tests = " ".join(f"{mark.name}={mark.points}/{mark.possible}" for mark in report.marks)
        cells = [report.submission, report.exercise, report.points, report.possible,
                 report.to_mark, report.status, tests]
        rows.writerow([_plain(cell) for cell in cells])
    return text.getvalue()


def _plain(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: names come from students."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell


def table(reports: Sequence[Report]) -> list[tuple[str, ...]]:
    """Rows for a person."""
    return [
        (r.submission, r.exercise, f"{r.points}/{r.possible}", r.status,
         ", ".join(m.name for m in r.marks if m.status == FAILED), f"{r.seconds:.0f} s")
        for r in reports
    ]
