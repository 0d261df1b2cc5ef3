#include "ipc/fault.hpp"

#include "abi/faults.hpp"
#include "ipc/message.hpp"
#include "object/cspace.hpp"

namespace k {

namespace {

using arch::Spsr;
namespace words = abi::fault;

/// The words of a fault message, where the handler will find them; without a buffer it misses those
/// that have no register.
class FaultMessage {
  public:
    FaultMessage(Tcb& handler, u64 badge) noexcept
        : handler_{&handler}, buffer_{handler.writable_buffer()} {
        handler.context.x[0] = badge;
    }

    void put(usize i, u64 word) noexcept {
        if (i < abi::message_registers)
            handler_->context.x[2 + i] = word;
        else if (buffer_ != nullptr)
            buffer_->message[i] = word;
    }

    /// \param length  in words, whether they have found room or not
    void finish(abi::Fault label, u64 length) noexcept {
        using abi::MessageInfo;
        const u64 room = buffer_ != nullptr ? abi::message_words : abi::message_registers;
        handler_->context.x[1] = MessageInfo{}
                                     .with(MessageInfo::label, static_cast<u64>(label))
                                     .with(MessageInfo::length, std::min(length, room))
                                     .raw();
    }

  private:
    Tcb* handler_;
    abi::IpcBuffer* buffer_;
};

/// The half of ESR_EL1 that the interface has room for. Newer cores have something in the other.
u64 syndrome(arch::Esr esr) noexcept {
    return static_cast<u32>(esr.raw());
}

void put(FaultMessage&, const Tcb&, std::monostate) noexcept {
    K_ASSERT(false); // nobody is told that there is nothing
}

void put(FaultMessage& to, const Tcb& thread, const VmFault& fault) noexcept {
    using Words = words::VMFault;
    to.put(Words::ip, thread.restart_pc);
    to.put(Words::address, fault.address);
    to.put(Words::prefetch, u64{fault.prefetch});
    to.put(Words::status, syndrome(fault.esr));
    to.finish(abi::Fault::VMFault, Words::length);
}

void put(FaultMessage& to, const Tcb& thread, const UnknownSyscall& fault) noexcept {
    using Words = words::UnknownSyscall;
    const auto& context = thread.context;
    for (usize i = Words::x; i <= Words::x_last; ++i)
        to.put(i, context.x[i - Words::x]);
    to.put(Words::ip, thread.restart_pc);
    to.put(Words::sp, context.sp);
    to.put(Words::next_ip, context.pc);
    to.put(Words::spsr, context.pstate.raw());
    to.put(Words::syscall, fault.number);
    to.finish(abi::Fault::UnknownSyscall, Words::length);
}

void put(FaultMessage& to, const Tcb& thread, const UserException& fault) noexcept {
    using Words = words::UserException;
    to.put(Words::ip, thread.restart_pc);
    to.put(Words::sp, thread.context.sp);
    to.put(Words::spsr, thread.context.pstate.raw());
    to.put(Words::number, syndrome(fault.esr));
    to.put(Words::code, 0); // other architectures have something to say here
    to.finish(abi::Fault::UserException, Words::length);
}

void put(FaultMessage& to, const Tcb& thread, const CapFault& fault) noexcept {
    using Words = words::CapFault;
    to.put(Words::ip, thread.restart_pc);
    to.put(Words::address, fault.cptr);
    to.put(Words::in_receive_phase, u64{fault.receiving});
    to.put(Words::lookup_failure, static_cast<u64>(fault.failure.type()));
    usize length = Words::length;
    for (const u64 word : fault.failure.words())
        to.put(length++, word);
    to.finish(abi::Fault::CapFault, length);
}

/// The reply to a fault: new values for registers, as far as it has words.
class FaultReply {
  public:
    explicit FaultReply(const Tcb& handler) noexcept : message_{handler} {}

    void take(usize i, u64& target) const noexcept {
        if (i < message_.length()) target = message_.words()[i];
    }

    void take(usize i, Spsr& target) const noexcept {
        if (i < message_.length()) target = Spsr::of_user(message_.words()[i]);
    }

    /// Whether the thread is to go on.
    [[nodiscard]] bool restarts() const noexcept { return message_.label() == 0; }

  private:
    Message message_;
};

/// What has to be done about the fault is done: the thread may try again.
template <class Mended>
bool take(const FaultReply&, Tcb&, const Mended&) noexcept {
    return true;
}

bool take(const FaultReply& reply, Tcb& thread, const UnknownSyscall&) noexcept {
    using Words = words::UnknownSyscall;
    for (usize i = Words::x; i <= Words::x_last; ++i)
        reply.take(i, thread.context.x[i - Words::x]);
    reply.take(Words::ip, thread.restart_pc);
    reply.take(Words::sp, thread.context.sp);
    reply.take(Words::spsr, thread.context.pstate); // what is written to next_ip, nobody looks at
    return reply.restarts();
}

bool take(const FaultReply& reply, Tcb& thread, const UserException&) noexcept {
    using Words = words::UserException;
    reply.take(Words::ip, thread.restart_pc);
    reply.take(Words::sp, thread.context.sp);
    reply.take(Words::spsr, thread.context.pstate);
    return reply.restarts();
}

/// The capability to `thread`'s fault handler; nothing if that could not hear or not answer.
std::optional<Cap<Endpoint>> find_handler(Tcb& thread) noexcept {
    const auto slot = lookup(thread, thread.fault_handler);
    if (!slot) return std::nullopt;
    const auto handler = (*slot)->cap.as<Endpoint>();
    if (!handler) return std::nullopt;
    const Rights rights = handler->rights();
    if (!rights[Rights::write]) return std::nullopt;
    if (!rights[Rights::grant] && !rights[Rights::grant_reply]) return std::nullopt;
    return handler;
}

} // namespace

bool call_handler(Scheduler& scheduler, Tcb& thread) noexcept {
    const auto handler = find_handler(thread);
    if (handler) send(scheduler, thread, *handler, SendMode::Call);
    return handler.has_value();
}

void transfer_fault(const Tcb& thread, Tcb& handler, u64 badge) noexcept {
    FaultMessage message{handler, badge};
    std::visit([&](const auto& fault) { put(message, thread, fault); }, thread.fault);
}

bool end_fault(Tcb& thread, const Tcb& handler) noexcept {
    const FaultReply reply{handler};
    const bool restarts =
        std::visit([&](const auto& fault) { return take(reply, thread, fault); }, thread.fault);
    thread.fault = {};
    if (restarts) thread.context.pc = thread.restart_pc;
    return restarts;
}

} // namespace k
