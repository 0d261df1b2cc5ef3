// What runs in the upper half: it prints a line, waits if told to, and powers off.
volatile bool wait;

namespace {

void put(char c) {
    *reinterpret_cast<volatile unsigned*>(0x0900'0000UL) = static_cast<unsigned char>(c);
}

[[gnu::noinline]] void print(const char* text) {
    while (*text != '\0')
        put(*text++);
}

} // namespace

extern "C" void kernel_main() {
    print("hello from the upper half\n");
    while (wait) // set by the test, in GDB
        asm volatile("");
    print("[ch05] OK\n");
    register unsigned long function asm("x0") = 0x8400'0008; // PSCI SYSTEM_OFF
    asm volatile("hvc #0" : : "r"(function) : "memory");
}
