"""scripts/checks/layers.py sees each kind of wrong include, and the kernel itself has none."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/checks"))

import layers  # noqa: E402


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A small kernel whose every include goes up."""
    write(tmp_path, "base/types.hpp", "#include <cstdint>\n")
    write(tmp_path, "arch/aarch64/arch/cpu.hpp", '#include "base/types.hpp"\nvoid f() { asm volatile("wfi"); }\n')
    write(tmp_path, "arch/host/arch/cpu.hpp", '#include "base/types.hpp"\n#include <vector>\n')
    write(tmp_path, "dev/uart.cpp", '#include "arch/cpu.hpp"\n#include <span>\n')
    write(tmp_path, "boot/main.cpp", '#include "dev/uart.hpp"\n')
    write(tmp_path, "boot/start.S", "    wfi\n")
    return tmp_path


def write(kernel: Path, name: str, text: str) -> None:
    (kernel / name).parent.mkdir(parents=True, exist_ok=True)
    (kernel / name).write_text(text)


def test_good_kernel_passes(kernel: Path) -> None:
    assert layers.problems(kernel) == []
    assert layers.main([str(kernel)]) == 0


def test_the_kernel_passes(repository: Path) -> None:
    assert layers.problems(repository / "kernel") == []


@pytest.mark.parametrize(("name", "text", "complaint"), [
    ("base/log.hpp", '#include "base/types.hpp"\n#include "dev/uart.hpp"\n',
     'kernel/base/log.hpp:2: layer \'base\' may not include "dev/uart.hpp"'),
    ("object/tcb.hpp", '#  include "sched/queue.hpp"\n', "kernel/object/tcb.hpp:1: layer 'object' may not"),
    ("arch/aarch64/mmu.cpp", '#include "object/frame.hpp"\n', "layer 'arch' may not include"),
    ("drivers/disk.cpp", "", "kernel/drivers/disk.cpp:1: there is no layer 'drivers'"),
])
def test_wrong_layer(kernel: Path, name: str, text: str, complaint: str) -> None:
    write(kernel, name, text)
    assert [problem for problem in layers.problems(kernel) if problem.startswith(complaint) or complaint in problem]
    assert layers.main([str(kernel)]) == 1


def test_offsets_for_assembly_may_look_down(kernel: Path) -> None:
    write(kernel, "arch/aarch64/asm_offsets.cpp", '#include "sched/percpu.hpp"\n')
    assert layers.problems(kernel) == []


@pytest.mark.parametrize("code", [
    'void f() { asm volatile("wfi"); }',
    "void f() { __asm__(\"\"); }",
    "int f() { return __builtin_aarch64_rbitl(1); }",
    "#ifdef __aarch64__\n#endif",
    "#include <arm_neon.h>",
])
def test_processor_outside_arch(kernel: Path, code: str) -> None:
    write(kernel, "object/tcb.cpp", f"// a comment may say asm\n{code}\n")
    assert [problem for problem in layers.problems(kernel) if problem.startswith("kernel/object/tcb.cpp:2: ")]


def test_comments_and_strings_are_not_code(kernel: Path) -> None:
    write(kernel, "object/tcb.cpp", '// asm\n/* __aarch64__\n asm */\nauto text = "asm";\n')
    assert layers.problems(kernel) == []


def test_assembly_outside_arch_boot_and_demo(kernel: Path) -> None:
    write(kernel, "ipc/fast.S", "    nop\n")
    write(kernel, "demo/shown.S", "    svc #1\n")
    assert layers.problems(kernel) == ["kernel/ipc/fast.S:1: assembly belongs to arch/, boot/ or demo/"]


def test_unknown_library_header(kernel: Path) -> None:
    write(kernel, "object/tcb.cpp", "#include <array>\n#include <vector>\n")
    assert layers.problems(kernel)[0].startswith("kernel/object/tcb.cpp:2: <vector> is not among")


def test_circle_of_headers(kernel: Path) -> None:
    write(kernel, "object/a.hpp", '#include "object/b.hpp"\n')
    write(kernel, "object/b.hpp", '#include "object/c.hpp"\n')
    write(kernel, "object/c.hpp", '#include "object/a.hpp"\n')
    assert layers.problems(kernel) == [
        "a circle of headers: object/a.hpp -> object/b.hpp -> object/c.hpp -> object/a.hpp"]


def test_circle_within_an_architecture(kernel: Path) -> None:
    write(kernel, "arch/aarch64/arch/cpu.hpp", '#include "arch/mmu.hpp"\n')
    write(kernel, "arch/aarch64/arch/mmu.hpp", '#include "arch/cpu.hpp"\n')
    assert len(layers.problems(kernel)) == 1


def test_an_empty_folder_is_no_kernel(tmp_path: Path) -> None:
    assert layers.main([str(tmp_path)]) == 1


def test_misuse() -> None:
    assert layers.main([]) == 2
