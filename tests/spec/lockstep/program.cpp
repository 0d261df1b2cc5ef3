#include "program.hpp"

#include "thread.hpp"

#include <algorithm>
#include <sstream>

namespace spec {

namespace {

std::string list(const Words& words) {
    std::ostringstream out;
    out << "{" << std::hex;
    for (std::size_t i = 0; i < words.size(); ++i) {
        out << (i == 0 ? "" : ", ") << (words[i] < 10 ? "" : "0x") << words[i];
    }
    out << "}";
    return out.str();
}

/// The message of a call, as `message()` takes it and as libsel4 does: words, capabilities.
struct Message {
    explicit Message(const Call& call) : label{call.x[1] >> 12} {
        for (Word i = 0; i < (call.x[1] & low_bits(7)); ++i) {
            words.push_back(i < 4 ? call.x.at(2 + i) : buffered(call, buffer::message + i));
        }
        for (Word i = 0; i < (call.x[1] >> 7 & 3); ++i) {
            cptrs.push_back(buffered(call, buffer::caps_or_badges + i));
        }
    }

    static Word buffered(const Call& call, Word index) {
        const auto found = call.buffer.find(index);
        return found == call.buffer.end() ? 0 : found->second;
    }

    Word label;
    Words words;
    Words cptrs;
};

/// Where a capability that comes with a message may go, if the caller has said so.
std::string receive_path(const Call& call) {
    if (!call.buffer.contains(buffer::receive_cnode)) return "";
    return ", " + list({Message::buffered(call, buffer::receive_cnode),
                        Message::buffered(call, buffer::receive_index),
                        Message::buffered(call, buffer::receive_depth)});
}

/// The arguments that `svc` of a test and `send` of a root task have in common.
std::string arguments(const Call& call) {
    const Message message{call};
    std::ostringstream out;
    out << static_cast<std::int64_t>(call.number) << ", " << call.x[0] << ", " << message.label
        << ", " << list(message.words) << ", " << list(message.cptrs) << receive_path(call);
    return out.str();
}

/// An event as a test has it.
struct InTest {
    std::string operator()(const Call& call) const { return "svc(" + arguments(call) + ")"; }
    std::string operator()(const UseFpu& use) const {
        return "UseFpu{" + std::to_string(use.value) + "}";
    }
    std::string operator()(const Tick&) const { return "Tick{}"; }
    std::string operator()(const Interrupt& interrupt) const {
        return "Interrupt{" + std::to_string(interrupt.number) + "}";
    }
    std::string operator()(const Trap& trap) const {
        std::ostringstream out;
        out << std::boolalpha << std::hex << std::showbase << "Trap{";
        if (const auto* memory = std::get_if<VmFault>(&trap.fault)) {
            out << "VmFault{" << memory->address << ", " << memory->prefetch << ", "
                << memory->status << "}";
        } else {
            out << "UserException{" << std::get<UserException>(trap.fault).number << "}";
        }
        return out.str() + ", {}}";
    }
};

/// What a root task needs to make any of these calls. Boot's capabilities in the slots that calls
/// name are moved away, and untyped memory as large as the test's is put there.
constexpr const char* prelude = R"(#include <sel4/sel4.h>

#include <initializer_list>

using Words = std::initializer_list<seL4_Word>;

static void put(const char* text) {
    while (*text != 0) seL4_DebugPutChar(*text++);
}

static void put_hex(seL4_Word word) {
    if (word >= 16) put_hex(word / 16);
    seL4_DebugPutChar("0123456789abcdef"[word % 16]);
}

static void show(seL4_Word number, seL4_MessageInfo_t info) {
    put_hex(number);
    put(": ");
    put_hex(seL4_MessageInfo_get_label(info));
    for (seL4_Word i = 0; i < seL4_MessageInfo_get_length(info) && i < 4; ++i) {
        put(" ");
        put_hex(seL4_GetMR(static_cast<int>(i)));
    }
    put("\n");
}

static void send(long number, seL4_CPtr target, seL4_Word label, Words words, Words caps,
                 Words path = {}) {
    static seL4_Word calls = 0;
    int i = 0;
    for (const seL4_Word word : words) seL4_SetMR(i++, word);
    i = 0;
    for (const seL4_CPtr cap : caps) seL4_SetCap(i++, cap);
    if (path.size() == 3)
        seL4_SetCapReceivePath(path.begin()[0], path.begin()[1], path.begin()[2]);
    const auto info = seL4_MessageInfo_new(label, 0, caps.size(), words.size());
    ++calls;
    if (number == -1) show(calls, seL4_Call(target, info));
    if (number == -2) seL4_ReplyRecv(target, info, nullptr);
    if (number == -3) seL4_Send(target, info);
    if (number == -4) seL4_NBSend(target, info);
    if (number == -5) seL4_Recv(target, nullptr);
    if (number == -6) seL4_Reply(info);
    if (number == -7) seL4_Yield();
    if (number == -8) seL4_NBRecv(target, nullptr);
}

static void arrange(const seL4_BootInfo* info) {
    const seL4_CNode root = seL4_CapInitThreadCNode;
    for (seL4_Word slot = 16; slot < 128; ++slot)
        seL4_CNode_Move(root, 7000 + slot, 64, root, slot, 64);
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; ++i) {
        const seL4_UntypedDesc& untyped = info->untypedList[i];
        seL4_Word slot = info->untyped.start + i;
        if (slot < 128) slot += 7000;
        if (!untyped.isDevice && untyped.sizeBits >= 19)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 18, root, 0, 0, 16, 1);
        if (!untyped.isDevice && untyped.sizeBits >= 19)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 12, root, 0, 0, 17, 1);
        if (untyped.isDevice && untyped.sizeBits >= 12)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 12, root, 0, 0, 18, 1);
    }
}

int main() {
    arrange(seL4_GetBootInfo());
)";

} // namespace

void Program::reply(const MessageInfo& info, std::span<const Word> registers) {
    std::ostringstream out;
    out << std::hex << info.label;
    for (const Word word : registers.first(std::min<std::size_t>(info.length, registers.size()))) {
        out << " " << word;
    }
    steps_.back().reply = out.str();
}

std::string Program::as_test() const {
    std::string text = "expect_agreement({\n";
    for (const Step& step : steps_) {
        text += "    " + std::visit(InTest{}, step.event) + ",\n";
    }
    return text + "});\n";
}

std::string Program::as_root_task() const {
    std::string text = prelude;
    for (const Step& step : steps_) {
        const auto* call = std::get_if<Call>(&step.event);
        const bool own = call != nullptr && step.caller == steps_.front().caller;
        text += own ? "    send(" + arguments(*call) + ");\n"
                    : "    // meanwhile " + std::visit(InTest{}, step.event) + "\n";
    }
    return text + "    return 0;\n}\n";
}

std::string Program::report() const {
    return "As a test:\n" + as_test() + "As a root task:\n" + as_root_task();
}

std::string Program::replies() const {
    std::ostringstream out;
    Word number = 0;
    for (const Step& step : steps_) {
        const bool own = step.caller == steps_.front().caller;
        if (!own || !std::holds_alternative<Call>(step.event)) continue;
        ++number;
        if (!step.reply.empty()) out << std::hex << number << ": " << step.reply << "\n";
    }
    return out.str();
}

} // namespace spec
