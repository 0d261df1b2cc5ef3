// Chapter 16: a program whose memory is not there until it is touched, and never all of it at a
// time; with system calls that the kernel does not have; watched instruction by instruction. All of
// that is done by another program, its fault handler.
#include "abi/faults.hpp"
#include "abi/names.hpp"
#include "abi/user_context.hpp"
#include "lib/address_space.hpp"
#include "lib/boot_info.hpp"
#include "lib/endpoint.hpp"
#include "lib/image.hpp"
#include "lib/print.hpp"
#include "lib/tcb.hpp"

#include <algorithm>
#include <array>

// patient.S
extern "C" void patient() noexcept;
extern "C" const k::u32 euclid[];     // NOLINT(*-avoid-c-arrays): the assembler's
extern "C" const k::u32 euclid_end[]; // NOLINT(*-avoid-c-arrays)

namespace {

using k::u32;
using k::u64;
using k::u8;
using k::usize;
using k::abi::Fault;
using user::Frame;
using user::message;
using user::own_cspace;
using user::print;
using user::Received;
using user::word;
namespace fault = k::abi::fault;

constexpr u64 page_bytes = Frame::bytes;

// Where things are in the patient's memory, and where their frames are in ours.
constexpr u64 code_address = 0x1000'0000;
constexpr u64 data_address = 0x2000'0000;
constexpr u64 trace_address = 0x3000'0000;
constexpr u64 window_address = 0x4000'0000;

constexpr u64 data_pages = 8;
constexpr u64 data_frames = 3;

template <class T>
T value_of(const user::Result<T>& result) {
    if (result) return *result;
    print("unexpected: ");
    user::print_refusal(result.error());
    seL4_DebugHalt();
    return *result;
}

constinit std::optional<user::SlotAllocator> slots;
constinit std::optional<user::ObjectAllocator> objects;

/// A capability of our own to the same thing: a frame is mapped once for each.
template <class Object>
Object copy_of(Object original, user::CapRights rights = user::all_rights) {
    const Object copy{*slots->take()};
    must(slot_of(copy).copy_from(slot_of(original), rights));
    return copy;
}

/// A frame that the patient gets at some address or other, and that we see at one of ours.
struct SharedFrame {
    Frame given;
    Frame own;
    void* memory;

    static SharedFrame make(user::AddressSpace& own_space) {
        static u64 next = window_address;
        const Frame frame = value_of(objects->make<Frame>()).object;
        const SharedFrame shared{frame, copy_of(frame), reinterpret_cast<void*>(next)};
        must(own_space.map(shared.own, next));
        next += page_bytes;
        return shared;
    }
};

// --- Memory that is not there -------------------------------------------------------------------

/// Gives the patient's pages frames when they are touched, and takes them away again for others.
class Pager {
  public:
    Pager(user::AddressSpace& own, user::AddressSpace& patient) noexcept : patient_{&patient} {
        for (Place& place : places_)
            place.frame = SharedFrame::make(own);
    }

    /// Brings in a page. Of those that are in, the one goes out that came first.
    void bring(u64 page) noexcept {
        const u64 at = next_++ % data_frames;
        Place& place = places_[at];
        print("frame {}", at);
        if (place.page) put_away(place);
        std::copy_n(swap[page].begin(), page_bytes, static_cast<u8*>(place.frame.memory));
        must(patient_->map(place.frame.given, data_address + page * page_bytes));
        place.page = page;
        print("\n");
    }

  private:
    struct Place {
        SharedFrame frame{Frame{0}, Frame{0}, nullptr};
        std::optional<u64> page{};
    };

    void put_away(Place& place) noexcept {
        print(", and page {} is put away", *place.page);
        must(place.frame.given.unmap());
        std::copy_n(static_cast<const u8*>(place.frame.memory), page_bytes,
                    swap[*place.page].begin());
    }

    user::AddressSpace* patient_;
    u64 next_ = 0;
    std::array<Place, data_frames> places_{};
    static inline std::array<std::array<u8, page_bytes>, data_pages> swap{};
};

// --- One instruction at a time ------------------------------------------------------------------

/// Runs code that consists of breakpoints but for one instruction: that which is next. Wherever it
/// leads, the instruction after it is a breakpoint, so branches need not be understood.
class Tracer {
  public:
    explicit Tracer(user::AddressSpace& own) noexcept
        : frame_{SharedFrame::make(own)}, code_{static_cast<u32*>(frame_.memory)} {
        std::fill_n(code_, page_bytes / sizeof(u32), breakpoint);
    }

    void map(user::AddressSpace& patient) noexcept {
        must(patient.map(frame_.given, trace_address, user::CapRights{0x2}));
    }

    [[nodiscard]] static bool covers(u64 address) noexcept {
        return address >= trace_address && address < trace_address + page_bytes;
    }

    /// Lets the instruction at `address` be executed, and no other.
    void step(u64 address) noexcept {
        code_[at_] = breakpoint;
        at_ = (address - trace_address) / sizeof(u32);
        code_[at_] = euclid[at_];
        must(frame_.own.unify_instruction(0, page_bytes));
    }

  private:
    static constexpr u32 breakpoint = 0xd420'0000; // BRK #0

    SharedFrame frame_;
    u32* code_;
    u64 at_ = page_bytes / sizeof(u32) - 1; ///< where there is no breakpoint at present
};

// --- The handler --------------------------------------------------------------------------------

class Handler {
  public:
    Handler(user::AddressSpace& own, user::AddressSpace& patient_space, user::Tcb patient) noexcept
        : space_{&patient_space}, patient_{patient}, pager_{own, patient_space}, tracer_{own} {
        tracer_.map(patient_space);
    }

    /// Does something about a fault.
    /// \return the reply to it; nothing if it was the end
    std::optional<seL4_MessageInfo_t> handle(const Received& received) noexcept {
        switch (Fault{received.label()}) {
        case Fault::VMFault: page_in(); return message(0, {});
        case Fault::UnknownSyscall: return serve();
        case Fault::CapFault: supply(); return message(0, {});
        case Fault::UserException: return trace();
        case Fault::NullFault: break;
        }
        return std::nullopt;
    }

  private:
    void page_in() noexcept {
        using Words = fault::VMFault;
        constexpr u64 write = k::bit(6); // of ESR_EL1 for a data abort: WnR
        const u64 address = word(Words::address);
        if (word(Words::prefetch) != 0) {
            print("  fetches from {:#x}: the page of its code\n", address);
            const Frame code = user::image_frame(reinterpret_cast<const void*>(&patient));
            return must(space_->map(copy_of(code), code_address, read_only));
        }
        const u64 page = (address - data_address) / page_bytes;
        print("  {} page {}: ", (word(Words::status) & write) != 0 ? "writes to" : "reads", page);
        pager_.bring(page);
    }

    /// The patient's system calls.
    std::optional<seL4_MessageInfo_t> serve() noexcept {
        using Words = fault::UnknownSyscall;
        const u64 number = word(Words::syscall);
        print("  system call {}, x0 is {}\n", number, word(Words::x));
        if (number != 42) return std::nullopt;
        seL4_SetMR(Words::ip, word(Words::ip) + sizeof(u32));
        return seL4_MessageInfo_new(0, 0, 0, Words::ip + 1);
    }

    /// Makes a capability where the patient has looked for one.
    void supply() noexcept {
        using Words = fault::CapFault;
        const u64 cptr = word(Words::address);
        print("  receives from {:#x}: {}\n", cptr,
              name(k::abi::LookupFailureType{word(Words::lookup_failure)}));
        const auto made = value_of(objects->make<user::Notification>());
        must(own_cspace.slot(cptr).mint_from(slot_of(made.object), user::all_rights, 0x5e1));
        user::Notification{cptr}.signal();
    }

    seL4_MessageInfo_t trace() noexcept {
        using Words = fault::UserException;
        const u64 at = word(Words::ip);
        if (!Tracer::covers(at)) {
            print("breakpoint: on it goes, step by step\n");
            return message(0, {trace_address});
        }
        seL4_UserContext registers{};
        must(patient_.read(registers, k::abi::user_context_words));
        print("  +{:#04x}: x0 is {}, x1 is {}\n", at - trace_address, registers.x0, registers.x1);
        tracer_.step(at);
        return message(0, {});
    }

    static constexpr user::CapRights read_only{0x2};

    user::AddressSpace* space_;
    user::Tcb patient_;
    Pager pager_;
    Tracer tracer_;
};

constexpr u64 missing_slot = 0x1f00; // far behind those that boot fills

/// Makes the patient: a thread with an address space in which there is nothing.
user::Tcb make_patient(user::AddressSpace& space, user::Endpoint handler) {
    const auto tcb = value_of(objects->make<user::Tcb>()).object;
    user::Surroundings around = user::own_surroundings;
    around.fault_endpoint = handler.cptr();
    around.vspace = space.vspace();
    must(tcb.configure(around, {0, Frame{0}}));
    seL4_UserContext registers{};
    registers.pc = code_address;
    registers.x0 = data_address;
    registers.x1 = data_pages;
    registers.x2 = missing_slot;
    must(tcb.write(registers, k::abi::user_context_words));
    return tcb;
}

void handle_all(Handler& handler, user::Endpoint endpoint) {
    Received received = endpoint.receive();
    while (const auto reply = handler.handle(received))
        received = endpoint.reply_and_receive(*reply);
}

} // namespace

int main() {
    slots.emplace(user::boot_info().empty);
    objects.emplace(user::boot_info(), *slots);
    user::AddressSpace own{user::own_vspace, *objects};
    auto space = value_of(user::make_address_space(*objects));
    const auto endpoint = value_of(objects->make<user::Endpoint>()).object;
    const user::Tcb patient = make_patient(space, endpoint);
    Handler handler{own, space, patient};

    print("a program with {} pages, in {} frames\n", data_pages, data_frames);
    must(patient.resume());
    handle_all(handler, endpoint);
    print("[ch16] OK\n");
    return 0;
}
