// Does everything at random, as often as the command line says, and checks what comes of it.
#include "driver.hpp"
#include "lib/boot_info.hpp"
#include "lib/command_line.hpp"
#include "lib/print.hpp"

int main() {
    constexpr k::u64 usual_operations = 2000;
    const auto line = user::command_line();
    const k::u64 seed = user::number_option(line, "seed").value_or(1);
    const k::u64 operations = user::number_option(line, "operations").value_or(usual_operations);
    static user::SlotAllocator slots{user::boot_info().empty};
    static user::ObjectAllocator objects{user::boot_info(), slots};
    static stress::Driver driver{seed, objects, slots};
    user::print("{} operations with seed {}\n", operations, seed);
    while (driver.done() < operations) {
        driver.step();
        if (driver.done() % 100'000 == 0) user::print("{} done\n", driver.done());
    }
    driver.finish();
    user::print("{} were refused, as they had to be; {} messages and signals arrived, {} threads "
                "faulted\n",
                driver.refused(), driver.delivered(), driver.faults());
    user::print("all memory is free again\n[ch16] OK\n");
    return 0;
}
