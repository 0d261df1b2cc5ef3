#include <sel4/sel4.h>

int main(void)
{
    seL4_DebugPutString("hello from EL0\n");
    seL4_DebugPutString("[ch07] OK\n");
    return 0;
}
