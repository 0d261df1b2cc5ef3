#include "program.hpp"

#include "print.hpp"
#include "thread.hpp"

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

std::string line(const char* before, const Call& call, const char* after) {
    const Message message{call};
    std::ostringstream out;
    out << before << "(" << static_cast<std::int64_t>(call.number) << ", " << call.x[0] << ", "
        << message.label << ", " << list(message.words) << ", " << list(message.cptrs) << after;
    return out.str();
}

/// What a root task needs to make any of these calls. Boot's capabilities in the slots that calls
/// name are moved away, and untyped memory as large as the test's is put there.
constexpr const char* prelude = R"(#include <sel4/sel4.h>

#include <initializer_list>

static void send(long number, seL4_CPtr target, seL4_Word label,
                 std::initializer_list<seL4_Word> words, std::initializer_list<seL4_CPtr> caps) {
    int i = 0;
    for (const seL4_Word word : words) seL4_SetMR(i++, word);
    i = 0;
    for (const seL4_CPtr cap : caps) seL4_SetCap(i++, cap);
    const auto info = seL4_MessageInfo_new(label, 0, caps.size(), words.size());
    if (number == -1) seL4_Call(target, info);
    if (number == -3) seL4_Send(target, info);
    if (number == -4) seL4_NBSend(target, info);
}

static void arrange(const seL4_BootInfo* info) {
    const seL4_CNode root = seL4_CapInitThreadCNode;
    for (seL4_Word slot = 16; slot < 64; ++slot)
        seL4_CNode_Move(root, 8000 + slot, 64, root, slot, 64);
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; ++i) {
        const seL4_UntypedDesc& untyped = info->untypedList[i];
        seL4_Word slot = info->untyped.start + i;
        if (slot < 64) slot += 8000;
        if (!untyped.isDevice && untyped.sizeBits >= 19)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 18, root, 0, 0, 16, 1);
        if (!untyped.isDevice && untyped.sizeBits >= 19)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 12, root, 0, 0, 17, 1);
        if (untyped.isDevice && untyped.sizeBits >= 12)
            seL4_Untyped_Retype(slot, seL4_UntypedObject, 12, root, 0, 0, 18, 1);
    }
}

int main(const seL4_BootInfo* info) {
    arrange(info);
)";

} // namespace

std::string Program::as_test() const {
    std::string text = "expect_agreement({\n";
    for (const Event& event : events_) {
        const auto* call = std::get_if<Call>(&event);
        std::ostringstream other;
        other << "    // " << event;
        text += call != nullptr ? line("    svc", *call, "),") : other.str();
        text += "\n";
    }
    return text + "});\n";
}

std::string Program::as_root_task() const {
    std::string text = prelude;
    for (const Event& event : events_) {
        const auto* call = std::get_if<Call>(&event);
        if (call != nullptr) text += line("    send", *call, ");\n");
    }
    return text + "}\n";
}

} // namespace spec
