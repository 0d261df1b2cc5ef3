"""Where `./tessera mutate` makes its mistakes, and which ones."""
from __future__ import annotations

from pathlib import Path

import pytest

from tessera.errors import Failure
from tessera.mutation import mutants, syntax
from tessera.mutation.operators import Source
from tessera.mutation.weave import Numbered, weave

DECLARATIONS = """\
enum class Fault { Missing, Occupied, Denied };
struct Number {
    int value;
    friend constexpr bool operator==(const Number&, const Number&) = default;
    friend constexpr auto operator<=>(const Number&, const Number&) = default;
    friend Number operator+(Number a, int b);
    explicit operator bool() const;
};
void run(int);
bool holds(int);
namespace trace { void event(int); }
[[noreturn]] void failed();
"""


def find(tmp_path: Path, code: str, declarations: str = DECLARATIONS) -> list[mutants.Mutant]:
    """The mutants of some code."""
    header, file = tmp_path / "declarations.hpp", tmp_path / "code.cpp"
    header.write_text(f"#include <compare>\nnamespace k {{\n{declarations}}}\n")
    file.write_text(f'#include "declarations.hpp"\n#define K_ASSERT(c) ((c) ? void(0) : failed())\n'
                    f"#define K_TRY(r) ({{ auto&& v = (r); if (!v) return 7; v; }})\nnamespace k {{\n{code}\n}}\n")
    nodes = syntax.parse({"command": f"g++ -std=c++20 {file}", "directory": str(tmp_path), "file": str(file)})
    source = Source(file.read_bytes(), mutants.enumerators(nodes))
    return mutants.Finder(str(file), "code.cpp", source, mutants.records(nodes)).find(nodes)


def words(found: list[mutants.Mutant]) -> list[str]:
    return [mutant.words for mutant in found if not mutant.left_out]


@pytest.mark.parametrize(("code", "expected"), [
    ("bool f(int a, int b) { const bool c = a < b; return c; }", ["a < b → a <= b", "a < b → a >= b", "c → true", "c → false"]),
    ("void f(int a) { while (a != a) run(a); }", ["a != a → a == a", "run(a) → nothing"]),
    ("void f(int a, int b) { if (a == b) run(a + b); }", ["a == b → a != b", "run(a + b) → nothing", "a + b → a - b"]),
    ("void f(Number a) { if (a == a) run(a.value); }", ["a == a → a != a", "run(a.value) → nothing"]),
    ("void f(Number a) { if (a != a) run(a.value); }", ["a != a → a == a", "run(a.value) → nothing"]),
    ("void f(Number a) { if (a < a) run(a.value); }", ["a < a → a <= a", "a < a → a >= a", "run(a.value) → nothing"]),
    ("void f(Number& a, int b) { a = a + b; }", ["a = a + b → nothing", "a + b → a - b"]),
    ("void f(bool a, bool b) { const bool c = a && b; (void)c; }",
     ["a && b → a || b", "a && b → a", "a && b → b", "(void)c → nothing"]),
    ("void f(bool a, bool b) { const bool c = a || b; (void)c; }",
     ["a || b → (a) && (b)", "a || b → (a)", "a || b → (b)", "(void)c → nothing"]),
    ("void f(int& a) { ++a; a -= a; }", ["++a → --a", "++a → nothing", "a -= a → a += a", "a -= a → nothing"]),
    ("int f(int a) { return -a; }", ["-a → 0", "-a → a"]),
    ("int f() { return 0; }", ["0 → 0 + 1"]),
    ("int f() { return 0x10; }", ["0x10 → 0", "0x10 → 0x10 + 1", "0x10 → 0x10 - 1"]),
    ("bool f() { return true; }", ["true → false"]),
    ("int* f(int* a) { return a; }", ["a → nullptr"]),
    ("Fault f() { return Fault::Denied; }", ["Fault::Denied → Fault::Missing"]),
    ("void f(int a) { if (holds(a)) run(a); else run(-a); }",
     ["holds(a) → !(holds(a))", "run(a) → nothing", "run(-a) → nothing", "-a → a"]),
    ("void f(int a) { if (!holds(a)) run(a); }", ["!holds(a) → holds(a)", "run(a) → nothing"]),
    ("void f(Number a) { if (a) run(1); }", ["a → !(a)", "run(1) → nothing", "1 → 1 + 1", "1 → 1 - 1"]),
    ("int f(Number a, int b) { return a ? b : b; }", ["a ? b : b → 0", "a → !(a)"]),
    ("void f(Number a) { if (const Number b = a; b) run(b.value); }", ["b → !(b)", "run(b.value) → nothing"]),
    ("void f(Number a) { if (const Number b = a) run(b.value); }", ["run(b.value) → nothing"]),
    ("void f(Number a) { while (const Number b = a) run(b.value); }", ["run(b.value) → nothing"]),
    ("void f(Number a) { for (; const Number b = a;) run(b.value); }", ["run(b.value) → nothing"]),
    ("void f(int a) { for (;;) { if (holds(a)) break; continue; } }",
     ["holds(a) → !(holds(a))", "break; → ;", "continue; → ;"]),
    ("void f(int a) { switch (a) { case 1: run(a); break; default: run(-a); } }",
     ["run(a) → nothing", "break; → ;", "run(-a) → nothing", "-a → a"]),
    ("void f(const int (&a)[3]) { for (int b : a) run(b); }", ["run(b) → nothing"]),
    ("int f(Number a) { auto n = K_TRY(a + 2); return n.value; }", ["a + 2 → a - 2", "2 → 2 + 1", "2 → 2 - 1", "n.value → 0"]),
    ("template <class T> T f(T a) { return a + a; } template int f(int);", ["a + a → a - a"]),
    ("template <class T> struct S { T f(T a) { return a * a; } }; template struct S<int>;", ["a * a → a / a"]),
    ("auto f(int a) { return [a](int b) { return a % b; }; }", ["a % b → 0", "a % b → a * b"]),
    ("int f(int a) { return a << /* by */ a; }", ["a << a → 0", "a << a → a >> a"]),
    ("struct S { int a = 4; S() : a{a | a} {} };", ["4 → 4 + 1", "4 → 4 - 1", "a | a → (a) & (a)"]),
    ("unsigned f() { return sizeof(int[3]); }", ["sizeof(int[3]) → 0"]),
])  # fmt: skip
def test_mistakes(tmp_path: Path, code: str, expected: list[str]) -> None:
    assert words(find(tmp_path, code)) == expected


@pytest.mark.parametrize(("code", "reason"), [
    ("constexpr int a = 3;", mutants.COMPILED),
    ("void f(int a) { switch (a) { case 3: ; } }", mutants.COMPILED),
    ("int f() { constexpr int a = 3; return a; }", mutants.COMPILED),
    ("consteval int f() { return 3; }", mutants.COMPILED),
    ("void f(int a) { if constexpr (sizeof(int) == 4) run(a); }", mutants.COMPILED),
    ("void f(int a) { K_ASSERT(a == 3 && (a < 7)); }", mutants.ASSERTED),
    ("void f(int a) { trace::event(a + 3); }", mutants.TRACED),
])
def test_places_that_are_left_alone(tmp_path: Path, code: str, reason: str) -> None:
    """Nothing is done there, and it is counted."""
    reasons = {mutant.left_out for mutant in find(tmp_path, code)} - {""}
    assert reasons == {reason}
    assert not any("3" in mutant.after for mutant in find(tmp_path, code) if not mutant.left_out)


@pytest.mark.parametrize("code", [
    "static_assert(1 + 1 == 2);",
    "enum class Size { Small = 3 };",
    "struct S { int a; bool operator==(const S&) const = default; };",
])
def test_places_without_meaning_at_run_time(tmp_path: Path, code: str) -> None:
    assert find(tmp_path, code) == []


def test_functions_have_their_names(tmp_path: Path) -> None:
    found = find(tmp_path, "struct S { int f() { return 0; } int g(); };\nint S::g() { return 0; }\n"
                           "namespace { int h() { return 0; } }\nint i() { return h(); }")
    assert [mutant.function for mutant in found] == ["S::f", "S::g", "h", "i"]


def test_names_do_not_depend_on_other_lines(tmp_path: Path) -> None:
    before = find(tmp_path, "int f(int a) { return -a; }")
    after = find(tmp_path, "// more\nint g() { return 0; }\n\nint f(int a) { return -a; }")
    assert {m.name for m in before} < {m.name for m in after}
    assert [m.line for m in before] != [m.line for m in after if m.function == "f"]


def test_equal_lines_are_told_apart(tmp_path: Path) -> None:
    found = find(tmp_path, "void f(int a) {\n    run(a);\n    run(a);\n}")
    assert [(m.words, m.occurrence) for m in found] == [("run(a) → nothing", 1), ("run(a) → nothing", 2)]
    assert len({m.name for m in found}) == 2


def test_code_that_is_not_cpp(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="clang.*does not understand .*code.cpp"):
        find(tmp_path, "int f( {")


def test_woven_text_keeps_its_lines(tmp_path: Path) -> None:
    found = find(tmp_path, "bool f(int a, int b) {\n    return a <\n        b; // comment\n}")
    text = (tmp_path / "code.cpp").read_bytes()
    woven = weave(text, [Numbered(n, m.change) for n, m in enumerate(found, 1)])
    lines, old = bytes(woven.text).split(b"\n"), text.split(b"\n")
    assert len(lines) == len(old) and lines[6:] == [old[6].replace(b"b;", b"b));"), *old[7:]]
    assert lines[5].strip() == (b"return (mutation::on(1)?(true):mutation::on(2)?(false):"
                                b"mutation::on(3)?(a <= b):mutation::on(4)?(a >= b):(a <")
    assert woven.blamed(woven.text.index(b"a <= b")) == (3,)
    assert woven.blamed(woven.text.index(b"b));")) == (1, 2, 3, 4)
    assert woven.blamed(0) == ()
