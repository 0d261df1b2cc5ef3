#include "boot/platform.hpp"

namespace k {

constinit KernelState kernel_state{
    .console = {},
    .firmware = dev::Psci{arch::Conduit::Hvc},
};

} // namespace k
