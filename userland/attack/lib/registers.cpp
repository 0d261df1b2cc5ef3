#include "attack/lib/registers.hpp"

#include "lib/print.hpp"

using user::print;

namespace {

/// Compares values one by one, and prints those that are wrong.
class Comparison {
  public:
    void expect(std::string_view name, k::u64 has, k::u64 expected) {
        if (has == expected) return;
        print("  {} is {:#x} and should be {:#x}\n", name, has, expected);
        ++differences_;
    }

    void expect(std::string_view kind, k::u64 number, k::u64 has, k::u64 expected) {
        if (has == expected) return;
        print("  {}{} is {:#x} and should be {:#x}\n", kind, number, has, expected);
        ++differences_;
    }

    [[nodiscard]] unsigned differences() const { return differences_; }

  private:
    unsigned differences_ = 0;
};

} // namespace

void fill_with_patterns(Registers& registers, k::u64 seed) {
    k::u64 word = seed;
    const auto next = [&word] {
        return word = word * 0x5851'f42d'4c95'7f2d + 0x1405'7b7e'f767'814f;
    };
    for (k::u64& x : registers.x)
        x = next();
    for (Vector& v : registers.v)
        v = {next(), next()};
    registers.tls = next();
    registers.flags = 0x9000'0000; // N and V
    registers.fpsr = 0x0800'0015;  // QC, IXC, OFC, IOC
    registers.fpcr = 0x0340'0000;  // DN, FZ, round towards minus infinity
    registers.tls_ro = 0;
}

unsigned compare(std::string_view when, const Registers& now, const Registers& expected) {
    print("{}:\n", when);
    Comparison comparison;
    for (k::usize i = 0; i < now.x.size(); ++i)
        comparison.expect("x", i, now.x[i], expected.x[i]);
    for (k::usize i = 0; i < now.v.size(); ++i) {
        comparison.expect("v", i, now.v[i].low, expected.v[i].low);
        comparison.expect("v", i, now.v[i].high, expected.v[i].high);
    }
    comparison.expect("sp", now.sp, expected.sp);
    comparison.expect("nzcv", now.flags, expected.flags);
    comparison.expect("tpidr_el0", now.tls, expected.tls);
    comparison.expect("tpidrro_el0", now.tls_ro, expected.tls_ro);
    comparison.expect("fpsr", now.fpsr, expected.fpsr);
    comparison.expect("fpcr", now.fpcr, expected.fpcr);
    if (comparison.differences() == 0)
        print("  31 x, 32 v, sp, nzcv, 2 thread registers, fpsr, fpcr: right\n");
    return comparison.differences();
}
