"""The C function that makes each invocation, as libsel4 has it: `seL4_CNode_Mint(...)`."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator

from abi_tables import Item, Row

#: Objects that the architecture brings have a prefix in libsel4.
ARM = ("VSpace", "SMC", "PageTable", "Page", "ASIDControl", "ASIDPool")

#: Labels whose name in libsel4 is not made of object and method.
LABELS = {
    "IRQControlGet": "IRQIssueIRQHandler",
    "IRQHandlerAck": "IRQAckIRQ",
    "IRQHandlerSetNotification": "IRQSetIRQHandler",
    "IRQHandlerClear": "IRQClearIRQHandler",
    "DomainSetScheduleConfigure": "DomainScheduleConfigure",
    "DomainSetScheduleSetStart": "DomainScheduleSetStart",
    "IRQControlGetTrigger": "ARMIRQIssueIRQHandlerTrigger",
    "IRQControlIssueSGISignal": "ARMIRQIssueSGISignal",
}

#: The C type of each kind of argument.
TYPES = {
    "CAP": "seL4_CPtr",
    "WORD": "seL4_Word",
    "BYTE": "seL4_Uint8",
    "FIELD": "seL4_Uint8",
    "FLAG": "seL4_Bool",
    "RIGHTS": "seL4_CapRights_t",
    "ATTRIBUTES": "seL4_ARM_VMAttributes",
}

#: The structures that several words are.
STRUCTURES = {
    "regs": "seL4_UserContext",
    "smc_args": "seL4_ARM_SMCContext",
    "smc_response": "seL4_ARM_SMCContext",
}

REGISTERS = 4  # of a message: the words that do not travel in the IPC buffer


def label(row: Row) -> str:
    """The name of an invocation's label in libsel4."""
    name = row.name + row.fields[1]
    prefix = "ARM" if row.name in ARM else ""
    return LABELS.get(name, prefix + name)


def stubs(rows: Iterable[Row]) -> Iterator[str]:
    """All functions, each with the type of its result if that is one of its own."""
    return (_Stub(row).text() for row in rows)


@dataclass(frozen=True)
class _Stub:
    row: Row

    @property
    def name(self) -> str:
        prefix = "ARM_" if self.row.name in ARM else ""
        return f"seL4_{prefix}{self.row.name}_{self.row.fields[1]}"

    @property
    def arguments(self) -> list[Item]:
        return self.row.items(2)

    @property
    def results(self) -> list[Item]:
        return self.row.items(3)

    @property
    def words(self) -> dict[int, str]:
        """What is sent: for each message word, a C expression."""
        parts: dict[int, list[str]] = {}
        for item in self.arguments:
            if item.kind == "WORDS":
                for i in range(item.word, item.word + item.numbers[0]):
                    parts[i] = [f"seL4_GetMR({i})"]  # all of them are in the buffer already
            elif item.kind != "CAP":
                parts.setdefault(item.word, []).append(_encoded(item))
        return {word: " | ".join(parts[word]) for word in sorted(parts)}

    @property
    def returned(self) -> list[Item]:
        """The words of the result that are returned by value, in a structure."""
        return [item for item in self.results if item.kind != "WORDS"]

    def text(self) -> str:
        """The whole of it."""
        parameters = ", ".join(["seL4_CPtr service", *self._parameters()])
        lines = [*self._body(), *self._end()]
        body = "\n".join(f"    {line}".rstrip() for line in lines)
        return (f"{self._result_type()}LIBSEL4_INLINE_FUNC {self._type()} {self.name}({parameters})"
                f"\n{{\n{body}\n}}\n")

    def _type(self) -> str:
        return f"{self.name}_t" if self.returned else "seL4_Error"

    def _result_type(self) -> str:
        """A structure for the error and what is returned."""
        if not self.returned:
            return ""
        members = "".join(f"    seL4_Word {item.name};\n" for item in self.returned)
        return f"typedef struct {self.name}_ {{\n    seL4_Error error;\n{members}}} {self.name}_t;\n\n"

    def _parameters(self) -> Iterator[str]:
        for item in self.arguments:
            if item.kind == "WORDS":
                yield f"const {STRUCTURES[item.name]} *{item.name}"
            else:
                yield f"{TYPES[item.kind]} {item.name}"
        for item in self.results:
            if item.kind == "WORDS":
                yield f"{STRUCTURES[item.name]} *{item.name}"

    def _body(self) -> Iterator[str]:
        """Sends the message and takes what comes back."""
        for item in self.arguments:
            if item.kind == "WORDS":
                yield (f"__builtin_memcpy(&seL4_GetIPCBuffer()->msg[{item.word}], {item.name}, "
                       f"sizeof(*{item.name}));")
        words = self.words
        for i in range(REGISTERS):
            yield f"seL4_Word mr{i} = {words.get(i, 0)};"
        caps = [item.name for item in self.arguments if item.kind == "CAP"]
        yield (f"seL4_MessageInfo_t info = "
               f"seL4_MessageInfo_new({label(self.row)}, 0, {len(caps)}, {len(words)});")
        yield "seL4_Error error;"
        for i, cap in enumerate(caps):
            yield f"seL4_SetCap({i}, {cap});"
        for i, word in words.items():
            if i >= REGISTERS and "seL4_GetMR" not in word:
                yield f"seL4_SetMR({i}, {word});"
        yield "info = seL4_CallWithMRs(service, info, &mr0, &mr1, &mr2, &mr3);"
        yield "error = LIBSEL4_CAST(seL4_Error, seL4_MessageInfo_get_label(info));"

    def _end(self) -> Iterator[str]:
        """Leaves the reply's words where seL4_GetMR() finds them, and returns what they say."""
        if not self.results:
            yield "if (error != seL4_NoError) {"
            yield from (f"    seL4_SetMR({i}, mr{i});" for i in range(REGISTERS))
            yield "}"
            yield "return error;"
            return
        yield from (f"seL4_SetMR({i}, mr{i});" for i in range(REGISTERS))
        if not self.returned:
            for item in self.results:
                yield from _copied(item)
            yield "return error;"
            return
        yield f"{self.name}_t result;"
        yield "result.error = error;"
        yield from (f"result.{item.name} = seL4_GetMR({item.word});" for item in self.returned)
        yield "return result;"


def _encoded(item: Item) -> str:
    """An argument as the bits it has in its word."""
    match item.kind:
        case "BYTE":
            return item.name
        case "RIGHTS":
            return f"{item.name}.words[0]"
        case "ATTRIBUTES":
            return f"LIBSEL4_CAST(seL4_Word, {item.name})"
        case "FLAG":
            return f"({item.name} ? LIBSEL4_BIT({item.numbers[0]}) : 0)"
        case "FIELD":
            return f"LIBSEL4_CAST(seL4_Word, {item.name}) << {item.numbers[1]}"
    return item.name


def _copied(item: Item) -> Iterator[str]:
    """Takes as many words of a result as there are."""
    most = item.numbers[0]
    yield "if (error == seL4_NoError) {"
    yield "    seL4_Word words = seL4_MessageInfo_get_length(info);"
    yield (f"    __builtin_memcpy({item.name}, seL4_GetIPCBuffer()->msg, "
           f"sizeof(seL4_Word) * (words < {most} ? words : {most}));")
    yield "}"
