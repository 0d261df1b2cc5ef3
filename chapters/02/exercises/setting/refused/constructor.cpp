// An object whose value is known only at run time: somebody would have to call its constructor. The
// check compiles this file and links it into your kernel, which must fail.

namespace {

volatile int read_at_run_time = 42;

class Late {
  public:
    Late() noexcept : value_{read_at_run_time} {}

  private:
    volatile int value_;
};

Late late;

} // namespace
