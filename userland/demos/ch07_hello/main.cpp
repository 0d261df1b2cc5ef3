#include "lib/print.hpp"

int main() {
    user::print("hello from EL0\n");
    user::print("[ch07] OK\n");
    return 0;
}
