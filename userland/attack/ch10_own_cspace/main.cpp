// A program that takes its own capability space away. It gets its answer, and can still do what
// takes no capability. The next use of one is its end.
#include "lib/capability.hpp"
#include "lib/print.hpp"

int main() {
    const auto own = user::slot_of(user::own_cspace);
    user::print("revoking what is derived from my CNode: my thread's own copy\n");
    if (own.revoke()) user::print("done\n");
    user::print("now a call\n");
    if (own.revoke()) user::print("done again?\n");
    return 0;
}
