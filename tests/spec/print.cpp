#include "print.hpp"

#include <sstream>

namespace spec {

namespace {

std::string hex(Word word) {
    std::ostringstream out;
    out << "0x" << std::hex << word;
    return out.str();
}

std::string to_string(const Rights& rights) {
    const auto letter = [](bool held, char name) { return std::string(1, held ? name : '-'); };
    return letter(rights.read, 'r') + letter(rights.write, 'w') + letter(rights.grant, 'g') +
           letter(rights.grant_reply, 'p');
}

std::string to_string(Access access) {
    const std::array names{"none", "r", "rw"};
    return names.at(static_cast<std::size_t>(access));
}

std::string to_string(const std::optional<Mapping>& mapping) {
    if (!mapping) return " unmapped";
    return " mapped at " + hex(mapping->address) + " in ASID " + hex(mapping->asid);
}

std::string to_string(const std::deque<Name>& queue) {
    std::string text;
    for (const Name name : queue) {
        text += (text.empty() ? "" : ", ") + to_string(name);
    }
    return text;
}

template <typename Type>
std::string to_string(const std::optional<Type>& value) {
    return value ? to_string(*value) : "none";
}

struct Describe {
    std::string operator()(const NullCap&) const { return "empty"; }
    std::string operator()(const UntypedCap& c) const {
        return (c.device ? "device untyped " : "untyped ") + hex(c.address) + " of " +
               std::to_string(c.bits) + " bits, used " + hex(c.watermark);
    }
    std::string operator()(const CNodeCap& c) const {
        return to_string(c.cnode) + " guard " + hex(c.guard) + " of " +
               std::to_string(c.guard_bits) + " bits";
    }
    std::string operator()(const ThreadCap& c) const { return to_string(c.thread); }
    std::string operator()(const EndpointCap& c) const {
        return to_string(c.endpoint) + " badge " + hex(c.badge) + " " + to_string(c.rights);
    }
    std::string operator()(const NotificationCap& c) const {
        return to_string(c.notification) + " badge " + hex(c.badge) + " " + to_string(c.rights);
    }
    std::string operator()(const ReplyCap& c) const {
        return "reply to " + to_string(c.caller) + (c.grant ? " with grant" : "");
    }
    std::string operator()(const FrameCap& c) const {
        return (c.device ? "device frame " : "frame ") + hex(c.address) + " of " +
               std::to_string(c.bits) + " bits " + to_string(c.access) + to_string(c.mapping);
    }
    std::string operator()(const PageTableCap& c) const {
        return to_string(c.table) + to_string(c.mapping);
    }
    std::string operator()(const VSpaceCap& c) const {
        return to_string(c.vspace) + (c.asid ? " ASID " + hex(*c.asid) : " without ASID");
    }
    std::string operator()(const AsidPoolCap& c) const {
        return to_string(c.pool) + " index " + std::to_string(c.index);
    }
    std::string operator()(const AsidControlCap&) const { return "ASID control"; }
    std::string operator()(const IrqControlCap&) const { return "IRQ control"; }
    std::string operator()(const IrqHandlerCap& c) const { return to_string(c.interrupt); }
    std::string operator()(const SgiCap& c) const {
        return "SGI " + std::to_string(c.irq) + " to " + std::to_string(c.target);
    }
    std::string operator()(const DomainCap&) const { return "domain"; }

    std::string operator()(const Inactive&) const { return "inactive"; }
    std::string operator()(const Runnable&) const { return "runnable"; }
    std::string operator()(const Sending& s) const {
        return std::string(s.call ? "calling " : "sending to ") + to_string(s.endpoint) +
               " badge " + hex(s.badge) + (s.grant ? " grant" : "") +
               (s.grant_reply ? " grantReply" : "");
    }
    std::string operator()(const Receiving& s) const {
        return "receiving from " + to_string(s.endpoint) + (s.grant ? " grant" : "");
    }
    std::string operator()(const AwaitingReply&) const { return "awaiting a reply"; }
    std::string operator()(const Waiting& s) const {
        return "waiting for " + to_string(s.notification);
    }

    std::string operator()(const CapFault& f) const {
        return "cap fault at " + hex(f.address) + (f.receiving ? " receiving" : " sending") +
               ", lookup failure " + std::to_string(static_cast<Word>(f.failure.type));
    }
    std::string operator()(const UnknownSyscall& f) const {
        return "unknown system call " + hex(f.number);
    }
    std::string operator()(const UserException& f) const { return "exception " + hex(f.number); }
    std::string operator()(const VmFault& f) const {
        return std::string(f.prefetch ? "fetch" : "data") + " fault at " + hex(f.address);
    }
};

using Facts = std::map<std::string, std::string>;

std::string register_name(unsigned number) {
    if (number >= reg::x(0) && number <= reg::x(8)) return "x" + std::to_string(number - 3);
    const std::map<unsigned, std::string> names{
        {reg::pc, "pc"}, {reg::sp, "sp"}, {reg::spsr, "spsr"}, {reg::tls_base, "tpidr_el0"}};
    const auto found = names.find(number);
    return found == names.end() ? "register " + std::to_string(number) : found->second;
}

void describe(Name name, const Thread& thread, Facts& facts) {
    const std::string who = to_string(name) + ".";
    facts[who + "state"] = std::visit(Describe{}, thread.state);
    facts[who + "fault"] = thread.fault ? std::visit(Describe{}, *thread.fault) : "none";
    facts[who + "next pc"] = hex(thread.next_pc);
    facts[who + "priority"] =
        std::to_string(thread.priority) + " up to " + std::to_string(thread.max_priority);
    facts[who + "domain"] = std::to_string(thread.domain);
    facts[who + "flags"] = hex(thread.flags);
    facts[who + "fault handler"] = hex(thread.fault_handler);
    facts[who + "buffer"] = hex(thread.buffer_address);
    facts[who + "bound to"] = to_string(thread.notification);
    facts[who + "floating point"] = hex(thread.fpu);
    facts[who + "ticks"] = std::to_string(thread.ticks);
    for (unsigned i = 0; i < reg::count; ++i) {
        if (thread.registers.at(i) == 0) continue;
        facts[who + register_name(i)] = hex(thread.registers.at(i));
    }
}

void describe(Name name, const VSpace& vspace, Facts& facts) {
    for (const auto& [entry, table] : vspace.tables) {
        facts[to_string(name) + " entry " + hex(entry.second) + " of " +
              std::to_string(entry.first) + " bits"] = to_string(table);
    }
    for (const auto& [address, page] : vspace.pages) {
        facts[to_string(name) + " page " + hex(address)] =
            hex(page.frame) + " of " + std::to_string(page.bits) + " bits " +
            to_string(page.access) + (page.cacheable ? " cacheable" : " device") +
            (page.executable ? " executable" : "");
    }
}

void describe_slots(const World& world, Facts& facts) {
    for (const auto& [name, slot] : world.slots) {
        facts[to_string(name)] = to_string(slot.capability) +
                                 (slot.original ? ", original" : ", copy") + ", parent " +
                                 to_string(slot.parent);
        std::string children;
        for (const SlotName child : slot.children) {
            children += " " + to_string(child);
        }
        if (!children.empty()) facts[to_string(name) + " children"] = children;
    }
}

void describe_objects(const World& world, Facts& facts) {
    for (const auto& [name, cnode] : world.cnodes) {
        facts[to_string(name)] = std::to_string(cnode.radix) + " bits";
    }
    for (const auto& [name, endpoint] : world.endpoints) {
        facts[to_string(name)] = "senders [" + to_string(endpoint.senders) + "] receivers [" +
                                 to_string(endpoint.receivers) + "]";
    }
    for (const auto& [name, object] : world.notifications) {
        facts[to_string(name)] = (object.active ? "active " + hex(object.pending) : "idle") +
                                 " waiters [" + to_string(object.waiters) + "] bound to " +
                                 to_string(object.bound);
    }
    for (const auto& [name, pool] : world.pools) {
        facts[to_string(name)] = "ASID pool";
        for (const auto& [entry, vspace] : pool.vspaces) {
            facts[to_string(name) + " entry " + std::to_string(entry)] = to_string(vspace);
        }
    }
    for (const auto& [name, masked] : world.interrupts) {
        facts[to_string(name)] = masked ? "masked" : "unmasked";
    }
    for (const auto& [index, pool] : world.pool_at) {
        facts["ASID pool index " + std::to_string(index)] = to_string(pool);
    }
}

void describe_scheduler(const Scheduler& scheduler, Facts& facts) {
    facts["running"] = to_string(scheduler.running);
    for (const auto& [priority, queue] : scheduler.ready) {
        facts["ready at priority " + std::to_string(priority)] = to_string(queue);
    }
    for (std::size_t i = 0; i < scheduler.domains.size(); ++i) {
        facts["domain entry " + std::to_string(i)] =
            std::to_string(scheduler.domains.at(i).domain) + " for " +
            std::to_string(scheduler.domains.at(i).duration);
    }
    facts["first domain entry"] = std::to_string(scheduler.first_domain_entry);
}

/// A line that says what has become of a fact.
void tell(std::string& text, const std::string& subject, const std::string& before,
          const std::string& after) {
    text.append(subject).append(": ").append(before).append(" → ").append(after).append("\n");
}

} // namespace

std::string to_string(Name name) {
    const std::array kinds{"CNode",      "thread", "endpoint",  "notification",
                           "page table", "VSpace", "ASID pool", "interrupt"};
    return kinds.at(static_cast<std::size_t>(name.kind)) + ("@" + hex(name.address));
}

std::string to_string(SlotName slot) {
    return to_string(slot.holder) + "[" + std::to_string(slot.index) + "]";
}

std::string to_string(const Capability& capability) {
    return std::visit(Describe{}, capability);
}

std::map<std::string, std::string> describe(const World& world) {
    Facts facts;
    describe_slots(world, facts);
    describe_objects(world, facts);
    describe_scheduler(world.scheduler, facts);
    for (const auto& [name, thread] : world.threads) {
        describe(name, thread, facts);
    }
    for (const auto& [name, vspace] : world.vspaces) {
        describe(name, vspace, facts);
    }
    facts["address space"] = to_string(world.user_space);
    for (const auto& [address, value] : world.memory) {
        facts["memory " + hex(address)] = hex(value);
    }
    return facts;
}

std::string explain(const World& one, const World& other) {
    const Facts before = describe(one);
    Facts after = describe(other);
    std::string text;
    for (const auto& [subject, fact] : before) {
        const auto found = after.find(subject);
        const std::string now = found == after.end() ? "nothing" : found->second;
        if (found != after.end()) after.erase(found);
        if (now != fact) tell(text, subject, fact, now);
    }
    for (const auto& [subject, fact] : after) {
        tell(text, subject, "nothing", fact);
    }
    return text;
}

std::ostream& operator<<(std::ostream& out, const World& world) {
    for (const auto& [subject, fact] : describe(world)) {
        out << subject << ": " << fact << "\n";
    }
    return out;
}

namespace {

struct Print {
    std::ostream& out;

    void operator()(const Call& call) const {
        out << "svc " << static_cast<std::int64_t>(call.number);
        for (const Word word : call.x) {
            out << " " << hex(word);
        }
        for (const auto& [index, value] : call.buffer) {
            out << " buffer[" << index << "]=" << hex(value);
        }
    }
    void operator()(const Trap& trap) const { out << std::visit(Describe{}, trap.fault); }
    void operator()(const UseFpu& use) const { out << "floating point " << hex(use.value); }
    void operator()(const Tick&) const { out << "tick"; }
    void operator()(const Interrupt& interrupt) const { out << "interrupt " << interrupt.number; }
};

} // namespace

std::ostream& operator<<(std::ostream& out, const Event& event) {
    std::visit(Print{out}, event);
    return out;
}

} // namespace spec
